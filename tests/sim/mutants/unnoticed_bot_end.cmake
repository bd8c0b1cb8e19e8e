# That a bot has finished is not noticed, and its caller left with silence.
set(SOURCE control/call/call_facts.cc)
set(FIND [[if (info.phase != BotPhase::kFinished) return;]])
set(REPLACE [[return;]])
set(WITH bots)
