# A redirect keeps a call that was never answered.
set(SOURCE control/call/call.cc)
set(FIND [[has_caller = identity_.direction == CallDirection::kInbound || facts_.channel(id_).started;]])
set(REPLACE [[]])
set(WITH dial_outs)
