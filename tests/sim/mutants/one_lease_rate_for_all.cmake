# All owners share one rate of new leases.
set(SOURCE media/lease/session_registry.cc)
set(FIND [[if (!owners_.TakeTurn(owner.name, now)) {]])
set(REPLACE [[if (!owners_.TakeTurn(owners_.LatestEpoch("north") > 0 ? "north" : owner.name, now)) {]])
set(WITH owners)
