# Events that come while a sweep lists what Asterisk holds lie, as before the first list.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[
  if (serving_) {
    Handle(event);]])
set(REPLACE [[
  if (serving_ && !listing_) {
    Handle(event);]])
set(WITH late_phones,lists)
