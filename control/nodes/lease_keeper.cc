#include "control/nodes/lease_keeper.h"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>
#include <vector>

#include "common/log.h"
#include "common/log_gate.h"
#include "control/loop/wake_up.h"

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
  bool asked = false;           // the first request was answered or failed
  Clock::Time asked_at{};       // when the latest request was
  int failures = 0;             // in a row
  Clock::Time failing_since{};  // when the first of them was asked for
  std::string instance_id;
  LogGate lost_gate{kSayAgainAfter};
  std::unique_ptr<control::Watch> watch;
  Clock::Time watched_at{};                  // when `watch` began
  Clock::Time watch_again_at{};              // not earlier
  std::chrono::milliseconds watch_pause{0};  // grows while watches end at once
  LogGate watch_gate{kSayAgainAfter};
  LogGate epoch_gate{kSayAgainAfter};
  std::optional<Clock::Time> other_used_at;  // the latest use of a higher epoch that the node told of
  bool behind = false;                       // events may have been missed: the sessions have to be listed

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
  if (!began_.has_value()) began_ = timers_.Now();
  for (const auto& [address, node] : nodes_.nodes()) {
    if (loops_.contains(address)) continue;
    auto loop = std::make_shared<Loop>(address, executor_, timers_);
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
    std::optional<MediaError> failure;
    try {
      asio::awaitable<NodeStatus> renewed = Renew(loop, std::move(lease_ids));
      status = co_await std::move(renewed);
    } catch (const MediaError& error) {
      failure = error;
    }
    if (loop->stopped) co_return;
    loop->asked = true;
    if (!failure.has_value()) {
      OnAnswer(*loop, status, named);
      if (loop->watch == nullptr && timers_.Now() >= loop->watch_again_at) StartWatch(loop);
      if (loop->watch == nullptr && KeepsBots(loop->node)) loop->behind = true;
      if (loop->behind) co_await CatchUp(loop);
      if (loop->stopped) co_return;
    } else {
      // FAILED_PRECONDITION: a node from before ABORTED said so.
      const bool is_fenced =
          failure->kind == MediaErrorKind::kFenced || failure->kind == MediaErrorKind::kWrongState;
      if (is_fenced) {
        asio::awaitable<void> fenced = OnFenced(loop, failure->what());
        co_await std::move(fenced);
        if (loop->stopped) co_return;
      }
      OnFailure(*loop, *failure);
      const auto node = nodes_.nodes().find(loop->node);
      if (node == nodes_.nodes().end()) {  // no longer listed, and gone
        loops_.erase(loop->node);
        co_return;
      }
    }
    // One that has not answered yet is given up after two failures as well.
    const bool in_doubt = loop->failures > 0 && (loop->failures < 2 || nodes_.IsUp(loop->node));
    const auto length = in_doubt ? options_.retry : options_.interval;
    co_await Pause(loop, length);
  }
}

// Renews the leases in batches that a node accepts. Without leases it only asks for the node's state.
asio::awaitable<NodeStatus> LeaseKeeper::Renew(std::shared_ptr<Loop> loop,
                                               std::vector<std::string> lease_ids) {
  NodeStatus status;
  std::vector<std::string> unknown;
  size_t next = 0;
  do {
    const auto first = lease_ids.begin() + static_cast<ptrdiff_t>(next);
    next = std::min(next + kMaxKeepAliveIds, lease_ids.size());
    const std::vector<std::string> portion(first, lease_ids.begin() + static_cast<ptrdiff_t>(next));
    loop->asked_at = timers_.Now();
    status = co_await media_.KeepAlive(loop->node, portion);
    unknown.insert(unknown.end(), status.unknown_lease_ids.begin(), status.unknown_lease_ids.end());
  } while (next < lease_ids.size() && !loop->stopped);
  status.unknown_lease_ids = std::move(unknown);
  co_return status;
}

asio::awaitable<void> LeaseKeeper::Pause(std::shared_ptr<Loop> loop, std::chrono::milliseconds length) {
  std::function<bool()> called = [loop] { return loop->hurry || loop->stopped; };
  const Clock::Time began = timers_.Now();
  co_await loop->wake_up.WaitUntil(called, began + length);
  loop->hurry = false;
  ForgiveStandstill(*loop, began);
}

bool LeaseKeeper::ForgiveStandstill(Loop& loop, Clock::Time began) {
  if (timers_.Now() - began < options_.interval + kStandstill) return false;
  loop.failures = 0;
  return true;
}

void LeaseKeeper::OnAnswer(Loop& loop, const NodeStatus& status, const std::set<std::string>& named) {
  const bool was_up = nodes_.IsUp(loop.node);
  loop.failures = 0;
  if (!was_up || loop.instance_id != status.instance_id) {
    log::Info("media node up", {{"node", loop.node},
                                {"name", status.name},
                                {"instance", status.instance_id},
                                {"ports_free", status.ports_free}});
    loop.instance_id = status.instance_id;
    loop.watch_again_at = {};
    loop.watch_pause = {};
  }
  nodes_.SetUp(loop.node, status);
  for (const std::string& id : status.unknown_lease_ids) {
    if (named.contains(id))
      Lose(id, "the node does not know the lease: it ran out, or the node was restarted");
  }
}

void LeaseKeeper::OnFailure(Loop& loop, const MediaError& error) {
  const bool stood_still = ForgiveStandstill(loop, loop.asked_at);
  if (++loop.failures == 1) loop.failing_since = stood_still ? timers_.Now() : loop.asked_at;
  if (loop.failures < 2) return;
  const auto patience = nodes_.AnotherIsUp(loop.node) ? options_.lost_after : options_.lost_after_alone;
  const bool silent = timers_.Now() - loop.failing_since >= patience;
  const bool refused = error.kind == MediaErrorKind::kUnavailable;
  if (refused || silent) OnNodeLost(loop, error.what());
}

// The node has seen a higher epoch of our owner and refuses ours. An instance that has used it since this one
// started has taken over; on a node that never accepted ours it must be seen in use twice, since a request of
// an earlier instance may have been delivered late. An epoch that is not in use is that of an earlier
// instance whose clock was ahead.
asio::awaitable<void> LeaseKeeper::OnFenced(std::shared_ptr<Loop> loop, std::string why) {
  NodeSessions held;
  try {
    held = co_await media_.ListSessions(loop->node);
  } catch (const MediaError& error) {
    co_return;  // the next KeepAlive is refused as well
  }
  if (loop->stopped || held.owner_epoch <= media_.epoch())
    co_return;  // raised while the refusal was under way
  const Clock::Time now = timers_.Now();
  const Clock::Time used_at = now - held.owner_silence;
  const bool gone = used_at <= *began_ || held.owner_silence >= options_.other_gone_after;
  const Clock::Time used_before = std::exchange(loop->other_used_at, used_at).value_or(used_at);
  const bool used_again = used_at > used_before + options_.interval / 2;  // more than an answer varies
  if (held.owner_epoch >= kMaxEpoch) {
    if (!loop->epoch_gate.Opens("", now)) co_return;
    log::Error("media node has seen the highest possible epoch and refuses every other; restart it",
               {{"node", loop->node}, {"epoch", held.owner_epoch}});
  } else if (gone) {
    log::Warning("media node has seen a higher epoch of an instance that is gone; raising ours",
                 {{"node", loop->node}, {"epoch", held.owner_epoch}});
    media_.RaiseEpoch(held.owner_epoch + 1);
  } else if (on_fenced_ && (used_again || !loop->instance_id.empty())) {
    on_fenced_(why);
  }
}

void LeaseKeeper::OnNodeLost(Loop& loop, const std::string& why) {
  const bool was_up = nodes_.IsUp(loop.node);
  if (was_up) loop.lost_gate.Forget();
  if (loop.lost_gate.Opens("", timers_.Now())) {
    if (was_up && nodes_.nodes().at(loop.node).status.draining) {
      log::Info("media node has drained and ended", {{"node", loop.node}});
    } else {
      log::Warning(was_up ? "media node lost" : "media node not reached",
                   {{"node", loop.node}, {"why", why}});
    }
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
  const auto on_end = [this, weak](const std::string& why) {
    if (const auto ended = weak.lock()) OnWatchEnded(*ended, why);
  };
  loop->watched_at = timers_.Now();
  loop->watch = media_.WatchSessions(loop->node, on_event, on_end);
  loop->behind = true;
}

// When an established watch ends, the node may have failed, so it is asked at once. A watch that ends as soon
// as it began was refused: it is retried with exponential backoff, and the sessions are listed each time.
void LeaseKeeper::OnWatchEnded(Loop& loop, const std::string& why) {
  const Clock::Time now = timers_.Now();
  loop.watch.reset();
  if (now - loop.watched_at >= options_.interval) {
    loop.watch_pause = {};
    loop.Hurry();
    return;
  }
  const bool ended_before = loop.watch_pause.count() > 0;
  loop.watch_pause =
      std::max(options_.interval, std::min(2 * loop.watch_pause, options_.longest_watch_pause));
  loop.watch_again_at = now + loop.watch_pause;
  if (ended_before && loop.watch_gate.Opens("", now)) {
    log::Warning("media node ends the watch of its sessions at once; its sessions are listed instead",
                 {{"node", loop.node}, {"why", why}});
  }
}

// What happened to sessions before the watch stood is in the list. One that gets no answer says of the node
// what a renewal would.
asio::awaitable<void> LeaseKeeper::CatchUp(std::shared_ptr<Loop> loop) {
  NodeSessions listed;
  std::optional<MediaError> failure;
  loop->asked_at = timers_.Now();
  try {
    listed = co_await media_.ListSessions(loop->node);
  } catch (const MediaError& error) {
    failure = error;
  }
  if (loop->stopped) co_return;
  if (failure.has_value()) {
    OnFailure(*loop, *failure);
    co_return;  // asked again after the next KeepAlive
  }
  loop->behind = false;
  for (const SessionInfo& session : listed.sessions) TellNews(loop->node, session);
}

// What the listener has not heard of a session. A bot sends whether it hears something or not.
void LeaseKeeper::TellNews(const std::string& node, const SessionInfo& session) {
  const auto kept = leases_.find(session.lease_id);
  if (kept == leases_.end()) return;
  std::vector<SessionEventKind> news;
  if (kept->second.diagnosis != session.diagnosis) {
    const bool flows = session.bot.has_value() ? session.received_packets > 0 : session.sent_packets > 0;
    if (!session.diagnosis.empty()) {
      news.push_back(SessionEventKind::kMediaMissing);
    } else if (flows) {
      news.push_back(SessionEventKind::kMediaFlowing);
    }
  }
  if (session.bot.has_value() && session.bot->phase != kept->second.bot) {
    const BotPhase phase = session.bot->phase;
    const bool drains_unheard = phase == BotPhase::kDraining && kept->second.bot != BotPhase::kReady;
    if (phase == BotPhase::kReady || drains_unheard) news.push_back(SessionEventKind::kBotReady);
    if (phase == BotPhase::kReconnecting) news.push_back(SessionEventKind::kBotLost);
    if (phase == BotPhase::kFinished) news.push_back(SessionEventKind::kFinished);
  }
  for (const SessionEventKind kind : news) OnSession(node, {kind, session});
}

bool LeaseKeeper::KeepsBots(const std::string& node) const {
  return std::any_of(leases_.begin(), leases_.end(), [&node](const auto& each) {
    return each.second.node == node && each.second.listener.runs_bot;
  });
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
  if (event.kind == SessionEventKind::kMediaFlowing) found->second.diagnosis = "";
  if (event.kind == SessionEventKind::kMediaMissing) found->second.diagnosis = event.session.diagnosis;
  if (event.kind == SessionEventKind::kBotReady) found->second.bot = BotPhase::kReady;
  if (event.kind == SessionEventKind::kBotLost) found->second.bot = BotPhase::kReconnecting;
  if (event.kind == SessionEventKind::kFinished) found->second.bot = BotPhase::kFinished;
  const auto on_session = found->second.listener.on_session;
  if (on_session) on_session(event);
}

}  // namespace benari::control
