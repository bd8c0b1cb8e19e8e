# That whom control calls has answered is not noticed.
set(SOURCE control/call/call.cc)
set(FIND [[  facts_.ChannelAnswered(id_);
  facts_.ChannelStarted(id_);]])
set(REPLACE [[  facts_.ChannelAnswered(id_);]])
set(WITH dial_outs)
