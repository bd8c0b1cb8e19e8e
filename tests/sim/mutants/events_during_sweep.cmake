# Events that come while a sweep lists what Asterisk holds lie, as before the first list.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[
  const bool listed = co_await lister_.List(&snapshot, /*compare_clocks=*/!serving_);
]])
set(REPLACE [[
  const bool was_serving = std::exchange(serving_, false);
  const bool listed = co_await lister_.List(&snapshot, /*compare_clocks=*/!was_serving);
  serving_ = was_serving;
]])
set(WITH late_phones,lists)
