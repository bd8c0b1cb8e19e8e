# A later epoch of one owner fences off all others.
set(SOURCE media/lease/owner_table.cc)
set(FIND [[if (owner.epoch < known.epoch) {]])
set(REPLACE [[uint64_t latest = 0;
  for (const auto& each : owners_) latest = std::max(latest, each.second.epoch);
  if (owner.epoch < latest) {]])
set(WITH owners)
