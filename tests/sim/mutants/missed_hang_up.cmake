# A channel that ended while the WebSocket was away is believed to be there.
set(SOURCE control/app/snapshot.cc)
set(FIND [[if (snapshot.expected.contains(id) && !Shows(snapshot, id)) facts.ChannelGone(id, 0);]])
set(REPLACE [[]])
set(WITH none)
