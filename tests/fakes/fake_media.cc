#include "tests/fakes/fake_media.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari::fakes {

void FakeMedia::AddNode(const std::string& address) { Boot(address, nodes_[address]); }

void FakeMedia::Boot(const std::string& address, Node& node) {
  node.process = std::make_unique<ModelNode>(
      timers_, options_, address, node.instance,
      [this, address](const control::SessionEvent& event) { Emit(address, event); });
}

void FakeMedia::Kill(const std::string& address) {
  Node& node = nodes_.at(address);
  if (node.process == nullptr) return;
  violation_ = violation();
  node.process.reset();
  node.stopped = false;
  node.unheard.clear();
  node.when_it_goes_on.clear();
  EndWatches(address);
}

void FakeMedia::Return(const std::string& address) {
  Node& node = nodes_.at(address);
  if (node.process != nullptr) return;
  ++node.instance;
  Boot(address, node);
}

void FakeMedia::SetReachable(const std::string& address, bool reachable) {
  Node& node = nodes_.at(address);
  node.reachable = reachable;
  if (!reachable) return;
  for (const auto& event : std::exchange(node.unheard, {})) Emit(address, event);
}

void FakeMedia::SetStopped(const std::string& address, bool stopped) {
  Node& node = nodes_.at(address);
  if (node.process == nullptr) return;
  node.stopped = stopped;
  node.process->SetStopped(stopped);
  if (stopped) return;
  for (const auto& arrival : std::exchange(node.when_it_goes_on, {})) arrival();
}

FakeMedia::Reach FakeMedia::ReachOf(const std::string& address) const {
  const auto found = nodes_.find(address);
  if (found == nodes_.end()) return Reach::kRefuses;
  const Node& node = found->second;
  if (!node.reachable) return Reach::kSilent;
  if (node.process == nullptr) return Reach::kRefuses;
  return node.stopped ? Reach::kStopped : Reach::kAnswers;
}

uint64_t FakeMedia::InstanceOf(const std::string& address) const {
  const auto found = nodes_.find(address);
  return found == nodes_.end() ? 0 : found->second.instance;
}

void FakeMedia::WhenItGoesOn(const std::string& address, std::function<void()> arrival) {
  nodes_.at(address).when_it_goes_on.push_back(std::move(arrival));
}

void FakeMedia::LoseMedia(const std::string& lease_id, media::Diagnosis diagnosis) {
  for (auto& [address, node] : nodes_) {
    if (Runs(address) && node.process->ChangeMedia(lease_id, diagnosis)) return;
  }
}

ModelBot* FakeMedia::BotOf(const std::string& lease_id) {
  for (const auto& [address, node] : nodes_) {
    ModelBot* const bot = Runs(address) ? node.process->BotOf(lease_id) : nullptr;
    if (bot != nullptr) return bot;
  }
  return nullptr;
}

void FakeMedia::Emit(const std::string& address, const control::SessionEvent& event) {
  Node& node = nodes_.at(address);
  if (!node.reachable) {
    node.unheard.push_back(event);
    return;
  }
  std::vector<EventHandler> handlers;
  for (const auto& [id, watcher] : watchers_) {
    if (watcher.node == address) handlers.push_back(watcher.on_event);
  }
  for (const EventHandler& handler : handlers) handler(event);
}

uint64_t FakeMedia::Watch(const std::string& address, EventHandler on_event, std::function<void()> on_end) {
  if (ReachOf(address) == Reach::kRefuses || nodes_.at(address).refuses_watches) return 0;
  watchers_[++last_watch_] = Watcher{address, std::move(on_event), std::move(on_end)};
  return last_watch_;
}

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

std::string FakeMedia::violation() const {
  std::string found = violation_;
  for (const auto& [address, node] : nodes_) {
    if (node.process != nullptr && found.empty()) found = node.process->violation();
  }
  return found;
}

uint64_t FakeMedia::lease_expiries() const {
  uint64_t expiries = 0;
  for (const auto& [address, node] : nodes_) {
    if (node.process != nullptr) expiries += node.process->Counts().lease_expiries;
  }
  return expiries;
}

std::string FakeMedia::Leftovers(const std::string& owner) const {
  const std::string prefix = owner.empty() ? "" : absl::StrCat(owner, ".");
  std::string lines;
  for (const auto& [address, node] : nodes_) {
    if (node.process == nullptr) continue;
    for (const control::SessionInfo& session : node.process->Sessions()) {
      if (!absl::StartsWith(session.lease_id, prefix)) continue;
      absl::StrAppend(&lines, "lease ", session.lease_id, " on ", address, " port ", session.rtp.port, "\n");
    }
  }
  return lines;
}

}  // namespace benari::fakes
