# Callers whom nobody heard of are adopted however many calls there are.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[found.nothing() ? Admit() : std::nullopt;]])
set(REPLACE [[std::nullopt;]])
set(WITH late_phones,lists,limits)
