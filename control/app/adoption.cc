#include "control/app/adoption.h"

#include <utility>

#include "common/log.h"
#include "control/call/bridge_name.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

// Whom control has called was admitted before.
bool IsNew(const Adoptable& adoptable, const Ids& ids) {
  return adoptable.found.nothing() && !ids.OutboundTo(adoptable.call_id).has_value();
}

}  // namespace

std::vector<Adoption::Adopted> Adoption::Adopt(const Snapshot& snapshot,
                                               const std::map<std::string, NodeLease>& leases) {
  const auto has_call = [this](const std::string& call_id) {
    return table_.Contains(call_id) || table_.EndedWithoutItsCaller(call_id);
  };
  const Clock::WallTime now = context_.timers.WallNow() + context_.ari.ClockAhead();
  const std::vector<Adoptable> adoptable = FindAdoptable(snapshot, context_.ids, leases, now, has_call);
  std::vector<Adopted> adopted;
  for (const bool new_callers : {false, true}) {  // last: there may be no room for them
    for (const Adoptable& each : adoptable) {
      if (IsNew(each, context_.ids) == new_callers) adopted.push_back(AdoptOne(each, snapshot));
    }
  }
  return adopted;
}

namespace {

// Of the caller's channel; once another one has taken its place in a transfer, of the bridge.
ari::Channel WhoCalled(const std::string& call_id, const Snapshot& snapshot, const Ids& ids) {
  const auto shown = snapshot.channels.find(call_id);
  if (shown != snapshot.channels.end() && snapshot.InApp(call_id)) return shown->second;
  ari::Channel caller;
  caller.id = call_id;
  const auto bridge = snapshot.bridges.find(ids.Bridge(call_id));
  if (bridge != snapshot.bridges.end()) ReadBridgeName(bridge->second.name, caller);
  return caller;
}

}  // namespace

Adoption::Adopted Adoption::AdoptOne(const Adoptable& adoptable, const Snapshot& snapshot) {
  const AdoptedState& found = adoptable.found;
  const bool outbound = context_.ids.OutboundTo(adoptable.call_id).has_value();
  const bool is_new = IsNew(adoptable, context_.ids);
  const std::optional<Refusal> refusal = is_new ? admission_.Admit() : std::nullopt;
  const ari::Channel caller = WhoCalled(adoptable.call_id, snapshot, context_.ids);
  auto call = admission_.MakeCall(caller, found.destination.value_or(1));
  TellSnapshot(snapshot, context_.ids, *call);
  call->Adopt(found);
  table_.Add(call);
  if (!refusal.has_value()) context_.metrics.calls_adopted.Increment();
  call->journal().Info("call adopted", {{"bridge", found.bridge_age.has_value()},
                                        {"media", found.media_numbers.size()},
                                        {"lease", found.lease.has_value()},
                                        {"destination", found.destination.has_value()}});
  if (caller.app_args.empty() && !outbound)
    call->journal().Warning("arguments of the dial plan not known, the flags' values are used");
  return {std::move(call), refusal};
}

Sweep::Orphans Adoption::FindOrphans(const Snapshot& snapshot,
                                     const std::map<std::string, NodeLease>& leases) {
  const Clock::Time lately = snapshot.begun - CallTable::kEndsLinger;
  const auto is_owned = [this, lately](const ResourceId& resource) {
    const auto call = table_.calls().find(resource.call_id);
    if (call != table_.calls().end()) return call->second->Owns(resource);
    return table_.EndedSince(resource.call_id, lately);
  };
  Sweep::Orphans orphans = sweep_.Find(snapshot, is_owned);
  for (const std::string& id : snapshot.app_channels) {
    if (table_.EndedWithoutItsCaller(id) && !table_.Contains(id) && !table_.EndedSince(id, lately))
      orphans.channels.push_back({id, table_.ReasonOf(id)});
  }
  NoteUsed(orphans, leases);
  return orphans;
}

// Their callers may be back, and their last events still come.
void Adoption::NoteUsed(const Sweep::Orphans& orphans, const std::map<std::string, NodeLease>& leases) {
  std::vector<std::string> ids;
  for (const Sweep::Channel& channel : orphans.channels) ids.push_back(channel.id);
  for (const auto& [id, lease] : leases) ids.push_back(id);
  for (const std::string& id : ids) {
    if (const auto parsed = context_.ids.Parse(id)) table_.NoteUsed(parsed->call_id, context_.timers.Now());
  }
}

asio::awaitable<void> Adoption::ReleaseUnkept(std::map<std::string, NodeLease> leases) {
  for (const auto& [id, lease] : leases) {
    if (context_.keeper.Keeps(id)) continue;
    try {
      co_await context_.media.ReleasePort(lease.node, id);
      log::Info("lease of an earlier process released", {{"lease", id}, {"node", lease.node}});
    } catch (const MediaError& error) {
      log::Info("lease not released; it will expire", {{"lease", id}, {"why", error.what()}});
    }
  }
}

}  // namespace benari::control
