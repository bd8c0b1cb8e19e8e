# An undo too late: that of the bridge is registered only once its answer has come.
set(SOURCE control/call_bridge.cc)
set(FIND [[
  const UndoStack::Handle destroy = TakeOver();
  try {
    co_await context_.ari.CreateBridge(id_);
  } catch (const ari::Error& error) {
    made_ = !error.never_sent();
    if (!made_) undo_.Forget(destroy);
    throw;
  }
]])
set(REPLACE [[
  made_ = true;
  co_await context_.ari.CreateBridge(id_);
  undo_.Defer("destroy bridge", [this] { return Destroy(); });
]])
