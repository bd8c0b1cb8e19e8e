# A single renewal that gets no answer loses the node, where leases are renewed seldom.
set(SOURCE control/nodes/lease_keeper.cc)
set(FIND [[
  if (loop.failures < 2) return;
]])
set(REPLACE [[
  if (options_.interval > std::chrono::seconds(1)) return OnNodeLost(loop, error.what());
  if (loop.failures < 2) return;
]])
set(WITH slow_renewal)
