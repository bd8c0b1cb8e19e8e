# That a bot has finished is not noticed, and its caller left with silence.
set(SOURCE control/call/call_facts.cc)
set(FIND [[if (info.phase == BotPhase::kFinished) bot.end = info.end;]])
set(REPLACE [[]])
set(WITH bots)
