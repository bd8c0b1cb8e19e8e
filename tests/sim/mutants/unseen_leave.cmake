# Who is moved out of the bridge is believed to be in it.
set(SOURCE control/call/call_facts.cc)
set(FIND [[if (ChannelFacts* const channel = ChannelOf(channel_id)) channel->in_bridge = false;]])
set(REPLACE [[static_cast<void>(channel_id);]])
