# What happens while control lists what Asterisk holds is forgotten.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[if (!HasLeftAgain(event, waited.end())) Handle(*event);]])
set(REPLACE [[static_cast<void>(event);]])
