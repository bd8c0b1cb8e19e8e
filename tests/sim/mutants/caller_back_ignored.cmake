# A caller who is back in the app while its call is released is left to the next sweep.
set(SOURCE control/app/admission.cc)
set(FIND [[
    returned_[caller.id] = caller;
]])
set(REPLACE [[]])
