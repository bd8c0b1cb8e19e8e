# A bot that stayed in a transfer is given back although nobody has answered.
set(SOURCE control/flow/webhook_dial.cc)
set(FIND [[if (legs_.media.BotTalks() && dial.action.url.empty()) co_await GoOnWithBot();]])
set(REPLACE [[]])
set(WITH attended,audio)
