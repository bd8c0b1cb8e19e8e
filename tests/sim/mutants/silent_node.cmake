# A node that hangs, or is cut off, is not given up; only one that refuses connections is.
set(SOURCE control/nodes/lease_keeper.cc)
set(FIND [[if (refused || silent) OnNodeLost(loop, error.what());]])
set(REPLACE [[if (refused) OnNodeLost(loop, error.what());
  static_cast<void>(silent);]])
