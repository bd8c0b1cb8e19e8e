#include "control/lease_keeper.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>
#include <vector>

#include "common/log.h"
#include "common/log_gate.h"
#include "control/wake_up.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::seconds kSayAgainAfter{30};
constexpr std::chrono::seconds kStandstill{1};  // beyond what a request or a pause may last
}  // namespace

struct LeaseKeeper::Loop {
  Loop(std::string address, asio::any_io_executor executor, Timers& timers)
      : node(std::move(address)), wake_up(std::move(executor), timers) {}

  std::string node;
  WakeUp wake_up;
  bool hurry = false;  // ends the pause between two requests
  bool stopped = false;
  bool asked = false;  // the first request was answered or failed
  int failures = 0;
  Clock::Time last_answer{};
  std::string instance_id;
  LogGate lost_gate{kSayAgainAfter};
  std::unique_ptr<control::Watch> watch;

  void Hurry() {
    hurry = true;
    wake_up.Wake();
  }
};

LeaseKeeper::LeaseKeeper(asio::any_io_executor executor, MediaClient& media, MediaNodes& nodes,
                         Timers& timers, Options options)
    : executor_(std::move(executor)), media_(media), nodes_(nodes), timers_(timers), options_(options) {}

LeaseKeeper::~LeaseKeeper() { Stop(); }

void LeaseKeeper::Watch() {
  for (const auto& [address, node] : nodes_.nodes()) {
    if (loops_.contains(address)) continue;
    auto loop = std::make_shared<Loop>(address, executor_, timers_);
    loop->last_answer = timers_.Now();
    loops_[address] = loop;
    asio::co_spawn(executor_, Run(loop), asio::detached);
  }
}

void LeaseKeeper::Stop() {
  for (auto& [node, loop] : loops_) {
    loop->stopped = true;
    loop->watch.reset();
    loop->Hurry();
  }
  loops_.clear();
}

void LeaseKeeper::Add(const std::string& lease_id, const std::string& node, Listener listener) {
  leases_[lease_id] = Kept{node, std::move(listener)};
}

void LeaseKeeper::Remove(const std::string& lease_id) { leases_.erase(lease_id); }

bool LeaseKeeper::AskedAll() const {
  for (const auto& [address, node] : nodes_.nodes()) {
    const auto loop = loops_.find(address);
    if (loop == loops_.end() || !loop->second->asked) return false;
  }
  return true;
}

asio::awaitable<void> LeaseKeeper::Run(std::shared_ptr<Loop> loop) {
  while (!loop->stopped) {
    std::vector<std::string> lease_ids;
    for (const auto& [id, kept] : leases_) {
      if (kept.node == loop->node) lease_ids.push_back(id);
    }
    const std::set<std::string> named(lease_ids.begin(), lease_ids.end());
    NodeStatus status;
    std::string failure;
    MediaErrorKind kind = MediaErrorKind::kOther;
    const Clock::Time asked_at = timers_.Now();
    try {
      status = co_await media_.KeepAlive(loop->node, lease_ids);
    } catch (const MediaError& error) {
      failure = error.what();
      kind = error.kind;
    }
    if (loop->stopped) co_return;
    loop->asked = true;
    if (failure.empty()) {
      const bool fresh = !nodes_.IsUp(loop->node) || loop->watch == nullptr;
      OnAnswer(*loop, status, named);
      if (fresh) {
        StartWatch(loop);
        co_await CatchUp(loop);
        if (loop->stopped) co_return;
      }
    } else {
      ForgiveStandstill(*loop, asked_at);
      ++loop->failures;
      if (kind == MediaErrorKind::kFenced && on_fenced_) on_fenced_(failure);
      const bool refused = kind == MediaErrorKind::kUnavailable && loop->failures >= 2;
      const auto patience = nodes_.AnotherIsUp(loop->node) ? options_.lost_after : options_.lost_after_alone;
      const bool silent = timers_.Now() - loop->last_answer >= patience;
      if (refused || silent) OnNodeLost(*loop, failure);
      const auto node = nodes_.nodes().find(loop->node);
      if (node == nodes_.nodes().end()) {  // no longer listed, and gone
        loops_.erase(loop->node);
        media_.Forget(loop->node);
        co_return;
      }
    }
    const bool in_doubt = loop->failures > 0 && nodes_.IsUp(loop->node);
    const auto length = in_doubt ? options_.retry : options_.interval;
    co_await Pause(loop, length);
  }
}

asio::awaitable<void> LeaseKeeper::Pause(std::shared_ptr<Loop> loop, std::chrono::milliseconds length) {
  std::function<bool()> called = [loop] { return loop->hurry || loop->stopped; };
  const Clock::Time began = timers_.Now();
  co_await loop->wake_up.WaitUntil(called, began + length);
  loop->hurry = false;
  ForgiveStandstill(*loop, began);
}

void LeaseKeeper::ForgiveStandstill(Loop& loop, Clock::Time began) {
  const Clock::Time now = timers_.Now();
  if (now - began < options_.interval + kStandstill) return;
  loop.failures = 0;
  loop.last_answer = now;
}

void LeaseKeeper::OnAnswer(Loop& loop, const NodeStatus& status, const std::set<std::string>& named) {
  const bool was_up = nodes_.IsUp(loop.node);
  loop.failures = 0;
  loop.last_answer = timers_.Now();
  if (!was_up || loop.instance_id != status.instance_id) {
    log::Info("media node up", {{"node", loop.node},
                                {"name", status.name},
                                {"instance", status.instance_id},
                                {"ports_free", status.ports_free}});
    loop.instance_id = status.instance_id;
  }
  nodes_.SetUp(loop.node, status);
  for (const std::string& id : status.unknown_lease_ids) {
    if (named.contains(id))
      Lose(id, "the node does not know the lease: it ran out, or the node was restarted");
  }
}

void LeaseKeeper::OnNodeLost(Loop& loop, const std::string& why) {
  const bool was_up = nodes_.IsUp(loop.node);
  if (was_up) loop.lost_gate.Forget();
  if (loop.lost_gate.Opens("", timers_.Now())) {
    log::Warning(was_up ? "media node lost" : "media node not reached", {{"node", loop.node}, {"why", why}});
  }
  nodes_.SetDown(loop.node);
  loop.watch.reset();
  std::vector<std::string> lost;
  for (const auto& [id, kept] : leases_) {
    if (kept.node == loop.node) lost.push_back(id);
  }
  for (const std::string& id : lost) Lose(id, "media node lost: " + why);
}

void LeaseKeeper::StartWatch(std::shared_ptr<Loop> loop) {
  std::weak_ptr<Loop> weak = loop;
  const auto on_event = [this, node = loop->node](const SessionEvent& event) { OnSession(node, event); };
  const auto on_end = [weak] {
    const auto ended = weak.lock();
    if (ended == nullptr) return;
    ended->watch.reset();
    ended->Hurry();  // the node may have died: ask it at once
  };
  loop->watch = media_.WatchSessions(loop->node, on_event, on_end);
}

// What happened to sessions before the watch stood is in the list.
asio::awaitable<void> LeaseKeeper::CatchUp(std::shared_ptr<Loop> loop) {
  NodeSessions listed;
  try {
    listed = co_await media_.ListSessions(loop->node);
  } catch (const MediaError& error) {
    co_return;  // the next KeepAlive tells what is wrong
  }
  if (loop->stopped) co_return;
  for (const SessionInfo& session : listed.sessions) {
    SessionEvent event;
    event.session = session;
    if (!session.diagnosis.empty()) {
      event.kind = SessionEventKind::kMediaMissing;
    } else if (session.sent_packets > 0) {
      event.kind = SessionEventKind::kMediaFlowing;
    } else {
      continue;
    }
    OnSession(loop->node, event);
  }
}

void LeaseKeeper::Lose(const std::string& lease_id, const std::string& why) {
  const auto found = leases_.find(lease_id);
  if (found == leases_.end()) return;
  const auto on_lost = std::move(found->second.listener.on_lost);
  leases_.erase(found);
  if (on_lost) on_lost(why);
}

void LeaseKeeper::OnSession(const std::string& node, const SessionEvent& event) {
  const auto found = leases_.find(event.session.lease_id);
  if (found == leases_.end() || found->second.node != node) return;
  if (event.kind == SessionEventKind::kLeaseExpired) {
    Lose(event.session.lease_id, "the lease ran out");
    return;
  }
  const auto on_session = found->second.listener.on_session;
  if (on_session) on_session(event);
}

}  // namespace benari::control
