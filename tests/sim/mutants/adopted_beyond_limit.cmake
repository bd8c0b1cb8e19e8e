# Callers whom nobody heard of are adopted however many calls there are.
set(SOURCE control/app/adoption.cc)
set(FIND [[found.nothing() ? admission_.Admit() : std::nullopt;]])
set(REPLACE [[std::nullopt;]])
set(WITH late_phones,lists,limits)
