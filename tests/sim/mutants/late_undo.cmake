# An undo too late: the bridge is registered only once its answer has come.
set(SOURCE control/call_bridge.cc)
set(FIND [[
  TakeOver();
  co_await context_.ari.CreateBridge(id_);
]])
set(REPLACE [[
  co_await context_.ari.CreateBridge(id_);
  TakeOver();
]])
