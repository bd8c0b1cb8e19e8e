#include "tests/fakes/fake_media.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari::fakes {

using control::MediaError;
using control::MediaErrorKind;
using control::SessionEventKind;
using control::SessionState;

namespace {
constexpr uint16_t kFirstPort = 26500;
}

void FakeMedia::AddNode(const std::string& address) { nodes_[address]; }

void FakeMedia::Kill(const std::string& address) {
  Node& node = nodes_.at(address);
  node.alive = false;
  node.leases.clear();
  node.epochs.clear();
  node.quarantined_until.clear();
  EndWatches(address);
}

void FakeMedia::Return(const std::string& address) {
  Node& node = nodes_.at(address);
  if (node.alive) return;
  node.alive = true;
  node.draining = false;
  ++node.instance;
}

void FakeMedia::SetReachable(const std::string& address, bool reachable) {
  nodes_.at(address).reachable = reachable;
  if (!reachable) EndWatches(address);
}

void FakeMedia::SetDraining(const std::string& address, bool draining) {
  nodes_.at(address).draining = draining;
}

FakeMedia::Reach FakeMedia::ReachOf(const std::string& node) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || !found->second.alive) return Reach::kRefuses;
  return found->second.reachable ? Reach::kAnswers : Reach::kSilent;
}

uint64_t FakeMedia::InstanceOf(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? 0 : found->second.instance;
}

std::string FakeMedia::Resolve(const std::string& node) {
  if (!absl::StartsWith(node, "dns:///")) return node;
  std::vector<std::string> living;
  for (const auto& [address, state] : nodes_) {
    if (state.alive && state.reachable) living.push_back(address);
  }
  return living.empty() ? "" : living[next_node_++ % living.size()];
}

FakeMedia::Node& FakeMedia::At(const std::string& node) {
  if (ReachOf(node) == Reach::kRefuses) {
    throw MediaError(MediaErrorKind::kUnavailable, absl::StrCat("node ", node, ": connection refused"));
  }
  return nodes_.at(node);
}

void FakeMedia::Fence(Node& node, const Caller& caller) {
  uint64_t& latest = node.epochs[caller.owner];
  if (caller.epoch < latest) {
    throw MediaError(MediaErrorKind::kFenced,
                     absl::StrCat("epoch ", caller.epoch, " of ", caller.owner, ": ", latest, " was seen"));
  }
  latest = caller.epoch;
}

FakeMedia::Held& FakeMedia::Find(Node& node, const Caller& caller, const std::string& lease_id) {
  Fence(node, caller);
  const auto found = node.leases.find(lease_id);
  if (found == node.leases.end()) {
    throw MediaError(MediaErrorKind::kNotFound, absl::StrCat("no lease ", lease_id));
  }
  if (found->second.owner.owner != caller.owner) {
    throw MediaError(MediaErrorKind::kFenced, absl::StrCat("lease ", lease_id, " is another owner's"));
  }
  return found->second;
}

std::optional<uint16_t> FakeMedia::LowestFreePort(const Node& node) const {
  std::set<uint16_t> taken;
  for (const auto& [id, held] : node.leases) taken.insert(held.session.rtp.port);
  for (const auto& [port, until] : node.quarantined_until) {
    if (until > timers_.Now()) taken.insert(port);
  }
  for (int i = 0; i < options_.ports_per_node; ++i) {
    const auto port = static_cast<uint16_t>(kFirstPort + 2 * i);
    if (taken.count(port) == 0) return port;
  }
  return std::nullopt;
}

int FakeMedia::FreePorts(const Node& node) const {
  int quarantined = 0;
  for (const auto& [port, until] : node.quarantined_until) quarantined += until > timers_.Now() ? 1 : 0;
  return options_.ports_per_node - static_cast<int>(node.leases.size()) - quarantined;
}

void FakeMedia::Renew(const std::string& node, const std::string& lease_id, Held& held, Clock::Duration ttl) {
  held.expiry = timers_.CallAt(
      timers_.Now() + ttl, [this, node, lease_id] { Free(node, lease_id, SessionEventKind::kLeaseExpired); });
}

control::Lease FakeMedia::LeasePort(const std::string& address, const Caller& caller,
                                    const std::string& lease_id, Clock::Duration ttl) {
  Node& node = At(address);
  Fence(node, caller);
  if (node.draining) throw MediaError(MediaErrorKind::kUnavailable, "draining");
  if (node.leases.count(lease_id) == 0) {
    const std::optional<uint16_t> port = LowestFreePort(node);
    if (!port) throw MediaError(MediaErrorKind::kExhausted, "no port is free");
    for (const auto& [id, other] : node.leases) {
      if (other.session.rtp.port == *port) violation_ = absl::StrCat("port ", *port, " leased twice");
    }
    Held& created = node.leases[lease_id];
    created.owner = caller;
    created.session.lease_id = lease_id;
    created.session.rtp = Endpoint(address.substr(0, address.rfind(':')), *port);
  }
  Held& held = Find(node, caller, lease_id);
  held.owner.epoch = caller.epoch;
  Renew(address, lease_id, held, ttl);
  return control::Lease{lease_id, address, held.session.rtp};
}

control::SessionInfo FakeMedia::ReleasePort(const std::string& address, const Caller& caller,
                                            const std::string& lease_id) {
  const control::SessionInfo last = Find(At(address), caller, lease_id).session;
  Free(address, lease_id, SessionEventKind::kReleased);
  return last;
}

control::SessionInfo FakeMedia::StartSession(const std::string& address, const Caller& caller,
                                             const control::SessionRequest& request) {
  Held& held = Find(At(address), caller, request.lease_id);
  const bool same = held.session.peer == request.peer;
  if (held.session.state == SessionState::kRunning && same) return held.session;
  if (held.session.state == SessionState::kRunning) {
    throw MediaError(MediaErrorKind::kFenced, "another peer is served: " + held.session.peer.ToString());
  }
  held.session.state = SessionState::kRunning;
  held.session.peer = request.peer;
  held.started = true;
  Emit(address, held, SessionEventKind::kStarted);
  ExpectMedia(address, request.lease_id, held);
  return held.session;
}

control::SessionInfo FakeMedia::StopSession(const std::string& address, const Caller& caller,
                                            const std::string& lease_id) {
  Held& held = Find(At(address), caller, lease_id);
  if (!held.started) throw MediaError(MediaErrorKind::kFenced, "no session was ever started on " + lease_id);
  if (held.session.state == SessionState::kRunning) {
    held.session.state = SessionState::kStopped;
    held.media.reset();
    Emit(address, held, SessionEventKind::kStopped);
  }
  return held.session;
}

control::NodeStatus FakeMedia::KeepAlive(const std::string& address, const Caller& caller,
                                         const std::vector<std::string>& lease_ids, Clock::Duration ttl) {
  Node& node = At(address);
  Fence(node, caller);
  control::NodeStatus status;
  status.name = address;
  status.instance_id = absl::StrCat(address, "/", node.instance);
  status.draining = node.draining;
  status.ports_total = static_cast<uint32_t>(options_.ports_per_node);
  status.ports_free = static_cast<uint32_t>(FreePorts(node));
  for (const std::string& id : lease_ids) {
    const auto found = node.leases.find(id);
    if (found == node.leases.end() || found->second.owner.owner != caller.owner) {
      status.unknown_lease_ids.push_back(id);
      continue;
    }
    found->second.owner.epoch = caller.epoch;
    Renew(address, id, found->second, ttl);
  }
  return status;
}

control::NodeSessions FakeMedia::ListSessions(const std::string& address, const Caller& caller) {
  Node& node = At(address);
  control::NodeSessions answer;
  for (const auto& [id, held] : node.leases) {
    if (held.owner.owner == caller.owner) answer.sessions.push_back(held.session);
  }
  const auto epoch = node.epochs.find(caller.owner);
  answer.owner_epoch = epoch == node.epochs.end() ? 0 : epoch->second;
  return answer;
}

void FakeMedia::Free(const std::string& address, const std::string& lease_id, SessionEventKind why) {
  Node& node = nodes_.at(address);
  const auto found = node.leases.find(lease_id);
  if (found == node.leases.end()) return;
  const Held held = std::move(found->second);
  node.leases.erase(found);
  node.quarantined_until[held.session.rtp.port] = timers_.Now() + options_.quarantine;
  Emit(address, held, why);
}

void FakeMedia::ExpectMedia(const std::string& address, const std::string& lease_id, Held& held) {
  const bool flows = options_.media_flows;
  const Clock::Duration after = flows ? options_.first_packet_after : options_.no_media_timeout;
  held.media = timers_.CallAt(timers_.Now() + after, [this, address, lease_id, flows] {
    Held& same = nodes_.at(address).leases.at(lease_id);  // it owns this timer
    if (!flows) same.session.diagnosis = "nothing_arrived";
    same.session.received_packets = same.session.sent_packets = flows ? 1 : 0;
    Emit(address, same, flows ? SessionEventKind::kMediaFlowing : SessionEventKind::kMediaMissing);
  });
}

FakeMedia::Held* FakeMedia::FindAnywhere(const std::string& lease_id, std::string* address) {
  for (auto& [name, node] : nodes_) {
    const auto found = node.leases.find(lease_id);
    if (found == node.leases.end()) continue;
    *address = name;
    return &found->second;
  }
  return nullptr;
}

void FakeMedia::LoseMedia(const std::string& lease_id, const std::string& diagnosis) {
  std::string address;
  Held* const held = FindAnywhere(lease_id, &address);
  if (held == nullptr || held->session.state != SessionState::kRunning) return;
  held->session.diagnosis = diagnosis;
  held->session.diagnosis_text = "the fake lost it: " + diagnosis;
  Emit(address, *held, SessionEventKind::kMediaMissing);
}

void FakeMedia::ResumeMedia(const std::string& lease_id) {
  std::string address;
  Held* const held = FindAnywhere(lease_id, &address);
  if (held == nullptr || held->session.state != SessionState::kRunning) return;
  held->session.diagnosis.clear();
  held->session.diagnosis_text.clear();
  Emit(address, *held, SessionEventKind::kMediaFlowing);
}

void FakeMedia::Emit(const std::string& address, const Held& held, SessionEventKind kind) {
  const control::SessionEvent event{kind, held.session};
  std::vector<EventHandler> handlers;
  for (const auto& [id, watcher] : watchers_) {
    if (watcher.node == address && watcher.owner == held.owner.owner) handlers.push_back(watcher.on_event);
  }
  for (const EventHandler& handler : handlers) handler(event);
}

uint64_t FakeMedia::Watch(const std::string& address, const std::string& owner, EventHandler on_event,
                          std::function<void()> on_end) {
  if (ReachOf(address) != Reach::kAnswers) return 0;
  watchers_[++last_watch_] = Watcher{address, owner, std::move(on_event), std::move(on_end)};
  return last_watch_;
}

void FakeMedia::Unwatch(uint64_t watch) { watchers_.erase(watch); }

void FakeMedia::EndWatches(const std::string& address) {
  std::vector<std::function<void()>> ends;
  for (auto it = watchers_.begin(); it != watchers_.end();) {
    if (it->second.node != address) {
      ++it;
      continue;
    }
    ends.push_back(std::move(it->second.on_end));
    it = watchers_.erase(it);
  }
  for (const std::function<void()>& end : ends) end();
}

std::string FakeMedia::Leftovers() const {
  std::string lines;
  for (const auto& [address, node] : nodes_) {
    for (const auto& [id, held] : node.leases) {
      absl::StrAppend(&lines, "lease ", id, " of ", held.owner.owner, " on ", address, " port ",
                      held.session.rtp.port, "\n");
    }
  }
  return lines;
}

}  // namespace benari::fakes
