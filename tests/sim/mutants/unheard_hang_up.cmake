# A hang-up over the API is accepted, and not done.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[call->second->HangUp();]])
set(REPLACE [[]])
set(WITH orders)
