# Callers whom nobody heard of are adopted however many calls there are.
set(SOURCE control/app/adoption.cc)
set(FIND [[is_new ? admission_.Admit() : std::nullopt;]])
set(REPLACE [[is_new ? std::nullopt : std::nullopt;]])
set(WITH late_phones,lists,limits)
