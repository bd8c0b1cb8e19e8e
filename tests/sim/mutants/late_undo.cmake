# An undo too late: that of the bridge is registered only once its answer has come.
set(SOURCE control/call/call_bridge.cc)
set(FIND [[
  const UndoStack::Handle destroy = Adopt();
  std::optional<ari::Error> failure;
  try {
    co_await context_.ari.CreateBridge(id_, name_);
    co_return;
  } catch (const ari::Error& error) {
    failure = error;
  }
  if (failure->never_sent()) {
    made_ = false;
    undo_.Forget(destroy);
    throw *failure;
  }
]])
set(REPLACE [[
  made_ = true;
  std::optional<ari::Error> failure;
  try {
    co_await context_.ari.CreateBridge(id_, name_);
    undo_.Defer("destroy bridge", [this] { return Destroy(); });
    co_return;
  } catch (const ari::Error& error) {
    failure = error;
  }
]])
