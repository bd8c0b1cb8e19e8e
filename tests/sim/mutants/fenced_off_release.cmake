# media lets an instance release a lease after a later one has taken over.
set(SOURCE media/lease/session_registry.cc)
set(FIND [[
    const auto lease = FindOwned(owner, lease_id);
    if (lease.ok()) return End(*lease, EventKind::kReleased, std::move(done));
]])
set(REPLACE [[
    if (Lease* const any = leases_.Find(lease_id)) return End(any, EventKind::kReleased, std::move(done));
    const auto lease = FindOwned(owner, lease_id);
]])
set(WITH none)
