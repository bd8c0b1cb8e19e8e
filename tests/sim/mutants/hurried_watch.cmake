# A watch that ends as soon as it began is begun anew at once.
set(SOURCE control/nodes/lease_keeper.cc)
set(FIND [[
  if (now - loop.watched_at >= options_.interval) {
]])
set(REPLACE [[
  if (now >= loop.watched_at) {
]])
set(WITH watches)
