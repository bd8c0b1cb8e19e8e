# A bot that should stay in a transfer until somebody answers is taken away at once.
set(SOURCE control/call/call.cc)
set(FIND [[return config_.transfer == Transfer::kAttended && media_leg_.BotTalks()]])
set(REPLACE [[return config_.transfer == Transfer::kBlind && media_leg_.BotTalks()]])
set(WITH attended)
