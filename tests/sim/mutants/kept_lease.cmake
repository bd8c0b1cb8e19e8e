# The port is not given back when the caller hangs up in the echo: the lease is left to run out.
set(SOURCE control/call/call_media.cc)
set(FIND [[
  if (context_.nodes.IsUp(node)) {
    try {
      co_await context_.media.ReleasePort(node, lease_id);
]])
set(REPLACE [[
  if (context_.nodes.IsUp(node) && !facts_.caller_gone()) {
    try {
      co_await context_.media.ReleasePort(node, lease_id);
]])
