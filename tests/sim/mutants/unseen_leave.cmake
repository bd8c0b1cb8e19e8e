# Who is moved out of the bridge is believed to be in it.
set(SOURCE control/app/stasis_app.cc)
set(FIND [[[](ChannelNews& channel) { channel.in_bridge = false; }]])
set(REPLACE [[[](ChannelNews&) {}]])
