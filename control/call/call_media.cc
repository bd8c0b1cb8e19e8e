#include "control/call/call_media.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "control/call/ask_after.h"
#include "control/call/external_media.h"
#include "control/loop/when_all.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr int kAttempts = 3;

}  // namespace

CallMedia::CallMedia(const CallContext& context, const std::string& call_id, CallFacts& facts,
                     UndoStack& undo, CallBridge& bridge, CallJournal& journal)
    : context_(context),
      call_id_(call_id),
      facts_(facts),
      undo_(undo),
      bridge_(bridge),
      journal_(journal),
      began_(context.timers.Now()) {}

void CallMedia::Use(Processor processor) {
  const bool other = processor_.has_value() && *processor_ != processor;
  processor_ = std::move(processor);
  if (!other || !made()) return;
  outdated_ = true;
  if (RunsBot()) facts_.BotAsked(context_.timers.Now());
}

void CallMedia::Adopt(const std::vector<int>& numbers, const std::optional<Lease>& lease,
                      const std::optional<BotInfo>& bot) {
  const int unused = UnusedNumber(context_.timers.WallNow());
  number_ = first_ = numbers.empty() ? unused : std::max(numbers.back(), unused);
  adopted_.insert(numbers.begin(), numbers.end());
  for (const int number : numbers) {
    if (made()) older_.push_back(*now_.hang_up);
    now_.id = context_.ids.Media(call_id_, number);
    if (number == numbers.back() && lease.has_value()) {
      now_.lease = *lease;
      now_.release_port = DeferRelease(now_.lease.node, now_.id);
      Keep(bot.has_value());
    }
    DeferHangUp();
  }
  if (!made()) return;
  heard_ = now_.id;  // a set-up time measured from here would be wrong
  if (bot.has_value()) facts_.BotAsked(std::nullopt);
  OnBot(bot);
  // Incomplete media is replaced.
  if (!lease.has_value() || !facts_.channel(now_.id).in_bridge) facts_.MediaLost(now_.id);
}

asio::awaitable<void> CallMedia::DropOlder() {
  const std::vector<UndoStack::Handle> older = std::exchange(older_, {});
  for (const UndoStack::Handle& hang_up : older) co_await undo_.RunNow(hang_up);
}

bool CallMedia::lost() const {
  return made() && (outdated_ || facts_.known().media_lost.contains(now_.id) || facts_.channel(now_.id).gone);
}

bool CallMedia::HoldsBack() const {
  const bool wanted = RunsBot() && context_.config.bot.answer == BotAnswer::kWhenReady;
  return wanted && !facts_.channel(call_id_).up && !facts_.known().bot.ready;
}

asio::awaitable<void> CallMedia::Make() {
  for (int attempt = 1;; ++attempt) {
    std::optional<MediaError> failure;
    try {
      co_await MakeOnce();
      co_return;
    } catch (const MediaError& error) {
      failure = error;
    }
    journal_.Warning("media failed", {{"media", now_.id}, {"why", failure->what()}});
    Media failed = std::exchange(now_, Media());
    co_await Undo(std::move(failed));
    facts_.ThrowIfEnding();
    const bool hopeless =
        failure->kind == MediaErrorKind::kExhausted || failure->kind == MediaErrorKind::kFenced;
    if (hopeless || attempt == kAttempts) throw *failure;
  }
}

asio::awaitable<void> CallMedia::Replace() {
  Media old = std::exchange(now_, Media());
  const bool has_channel = old.hang_up.has_value();
  if (has_channel) older_.push_back(*std::exchange(old.hang_up, std::nullopt));
  std::exception_ptr failure;
  try {
    co_await Make();
  } catch (...) {  // also CallOver: a call that is redirected drops its media
    failure = std::current_exception();
  }
  if (failure != nullptr) {
    if (has_channel && !older_.empty()) {
      old.hang_up = older_.back();
      older_.pop_back();
    }
    std::swap(now_, old);
    if (now_.bot.has_value() && !outdated_) facts_.BotAsked(std::nullopt);
    if (!outdated_) OnBot(now_.bot);
  } else {
    co_await DropOlder();
  }
  co_await Undo(std::move(old));
  facts_.ThrowIfEnding();
  if (failure != nullptr) std::rethrow_exception(failure);
}

asio::awaitable<bool> CallMedia::Regain() {
  const ChannelFacts& channel = facts_.channel(now_.id);
  const bool whole =
      now_.release_port.has_value() && now_.hang_up.has_value() && channel.in_bridge && !channel.gone;
  if (!whole || outdated_ || !context_.nodes.IsUp(now_.lease.node)) co_return false;
  try {
    const std::vector<std::string> lease_ids = {now_.id};
    const NodeStatus status = co_await context_.media.KeepAlive(now_.lease.node, lease_ids);
    if (!status.unknown_lease_ids.empty()) co_return false;
  } catch (const MediaError&) {
    co_return false;
  }
  facts_.MediaRegained(now_.id);
  Keep(RunsBot());
  co_return true;
}

asio::awaitable<void> CallMedia::Drop() {
  Media media = std::exchange(now_, Media());
  if (media.hang_up.has_value()) {
    const UndoStack::Handle hang_up = *media.hang_up;
    media.hang_up.reset();
    const bool gone = co_await undo_.RunNow(hang_up);
    if (!gone) {  // Asterisk may be away: the caller hears the session as long as the channel exists
      co_await facts_.WaitUntilResynced();
      co_await undo_.RetryFailed();
    }
  }
  if (context_.nodes.IsUp(media.lease.node)) {
    try {
      const SessionInfo last = co_await context_.media.StopSession(media.lease.node, media.id);
      const bool bot = last.bot.has_value();
      journal_.Info(bot ? "bot over" : "echo over", {{"media", media.id},
                                                     {"received", last.received_packets},
                                                     {bot ? "sent" : "echoed", last.sent_packets},
                                                     {"lost", last.lost_packets},
                                                     {"jitter_ms", last.jitter_ms}});
    } catch (const MediaError& error) {
      journal_.Warning("session not stopped", {{"media", media.id}, {"why", error.what()}});
    }
  }
  co_await Undo(std::move(media));
  facts_.MediaFlows();
  facts_.BotDropped();
}

asio::awaitable<void> CallMedia::MakeOnce() {
  co_await LeasePort();
  facts_.ThrowIfEnding();
  const Endpoint rtp_from = co_await MakeChannel();
  facts_.ThrowIfEnding();
  co_await StartSession(rtp_from);
  facts_.ThrowIfEnding();
  journal_.Info("session started", {{"media", now_.id}, {"peer", rtp_from.ToString()}});
  co_await DropOlder();  // as late as possible, and before the join: see CallBridge::Join
  facts_.ThrowIfEnding();
  outdated_ = false;
  if (HoldsBack()) co_return;
  if (!join_asked_.has_value()) join_asked_ = context_.timers.Now();
  co_await bridge_.Join(call_id_, now_.id);
  if (lost()) throw MediaError(MediaErrorKind::kOther, "the media was lost while it was being joined");
  journal_.Info("bridged", {{"media", now_.id}});
}

asio::awaitable<void> CallMedia::StartSession(Endpoint rtp_from) {
  const AudioFormat format = FormatOf(context_.config);
  SessionRequest session(now_.id, std::move(rtp_from), *processor_);
  session.payload_type = format.payload_type;
  session.clock_rate_hz = format.clock_rate_hz;
  if (RunsBot()) facts_.BotAsked(context_.timers.Now());  // its events may arrive before the response
  const SessionInfo started = co_await context_.media.StartSession(now_.lease.node, session);
  OnBot(started.bot);
}

// Asks one node after the other. A lease whose response is lost is released at the end of the call, or
// expires.
asio::awaitable<void> CallMedia::LeasePort() {
  MediaError failure(MediaErrorKind::kExhausted, "no media node is up with a free port");
  const std::vector<std::string> candidates = context_.nodes.Candidates();
  for (const std::string& node : candidates) {
    const std::string lease_id = context_.ids.Media(call_id_, ++number_);
    const UndoStack::Handle release = DeferRelease(node, lease_id);
    try {
      Lease lease = co_await context_.media.LeasePort(node, lease_id);
      now_.id = lease_id;
      now_.lease = std::move(lease);
      now_.release_port = release;
      Keep(RunsBot());
      journal_.Info("port leased", {{"node", node}, {"rtp_to", now_.lease.rtp.ToString()}});
      co_return;
    } catch (const MediaError& error) {
      failure = error;
    }
    journal_.Warning("no port leased", {{"node", node}, {"why", failure.what()}});
    facts_.ThrowIfEnding();
  }
  throw failure;
}

// Creates the channel and, concurrently, the bridge if there is none yet.
asio::awaitable<Endpoint> CallMedia::MakeChannel() {
  DeferHangUp();
  Endpoint rtp_from;
  Awaitable<void> channel = CreateExternalMedia(&rtp_from);
  if (bridge_.made()) {
    co_await std::move(channel);
  } else {
    Awaitable<void> bridge = bridge_.Create();
    Awaitable<void> both = WhenAll(context_.executor, std::move(channel), std::move(bridge));
    co_await std::move(both);
  }
  co_return rtp_from;
}

asio::awaitable<void> CallMedia::CreateExternalMedia(Endpoint* rtp_from) {
  ari::ExternalMediaRequest request(now_.id, FormatOf(context_.config).name, now_.lease.rtp);
  const int reconnects = facts_.known().reconnects;
  ari::Channel channel;
  try {
    channel = co_await context_.ari.CreateExternalMedia(request);
  } catch (const ari::Error& error) {
    if (error.never_sent()) undo_.Forget(*std::exchange(now_.hang_up, std::nullopt));
    throw;
  }
  facts_.ChannelCreated(channel.id);
  if (facts_.known().reconnects != reconnects) co_await AskAfter(context_.ari, channel.id, facts_);
  *rtp_from = RtpFrom(channel);
  journal_.Info("external media created", {{"channel", channel.name}, {"rtp_from", rtp_from->ToString()}});
}

asio::awaitable<void> CallMedia::Undo(Media media) {
  if (media.hang_up.has_value()) co_await undo_.RunNow(*media.hang_up);
  if (media.release_port.has_value()) co_await undo_.RunNow(*media.release_port);
}

asio::awaitable<void> CallMedia::ReleasePort(std::string node, std::string lease_id) {
  context_.keeper.Remove(lease_id);
  std::string left;
  if (context_.nodes.IsUp(node)) {
    try {
      co_await context_.media.ReleasePort(node, lease_id);
      co_return;
    } catch (const MediaError& error) {
      if (error.kind == MediaErrorKind::kNotFound) co_return;
      left = error.what();
    }
  }
  context_.metrics.leases_left.Increment();
  journal_.Info("lease not released; it will expire", {{"lease", lease_id}, {"why", left}});
}

void CallMedia::DeferHangUp() {
  facts_.ChannelExpected(now_.id);
  now_.hang_up = undo_.Defer(ToString(UndoStep::kHangUpMedia),
                             [this, id = now_.id] { return HangUpPlace(context_.ari, facts_, id); });
}

UndoStack::Handle CallMedia::DeferRelease(const std::string& node, const std::string& lease_id) {
  return undo_.Defer(ToString(UndoStep::kReleasePort),
                     [this, node, lease_id] { return ReleasePort(node, lease_id); });
}

void CallMedia::Keep(bool for_bot) {
  LeaseKeeper::Listener listener;
  listener.runs_bot = for_bot;
  listener.on_lost = [this, id = now_.id](const std::string& reason) {
    journal_.Warning("lease lost", {{"media", id}, {"why", reason}});
    facts_.MediaLost(id);
  };
  listener.on_session = [this](const SessionEvent& event) { OnSession(event); };
  context_.keeper.Add(now_.id, now_.lease.node, std::move(listener));
}

// Called by the keeper outside the call's coroutine. The lease is removed from the keeper before the call is
// destroyed.
void CallMedia::OnSession(const SessionEvent& event) {
  if (event.session.lease_id != now_.id) return;
  OnBot(event.session.bot);
  if (event.kind == SessionEventKind::kMediaFlowing) {
    OnMediaFlowing();
  } else if (event.kind == SessionEventKind::kMediaMissing && facts_.channel(call_id_).on_hold) {
    journal_.Info("no media while the caller holds the call", {{"media", now_.id}});
  } else if (event.kind == SessionEventKind::kMediaMissing) {
    context_.metrics.MediaMissing(event.session.diagnosis);
    journal_.Warning("no media", {{"media", now_.id},
                                  {"diagnosis", event.session.diagnosis},
                                  {"detail", event.session.diagnosis_text}});
    facts_.MediaMissing(event.session.diagnosis);
  }
}

void CallMedia::OnMediaFlowing() {
  const std::string what = RunsBot() ? "caller heard" : "echo heard";
  if (heard_.empty()) {
    const Clock::Duration took = context_.timers.Now() - began_;
    context_.metrics.set_up_seconds.Observe(std::chrono::duration<double>(took).count());
    journal_.Info(
        what, {{"media", now_.id}, {"setup_ms", std::chrono::duration<double, std::milli>(took).count()}});
  } else if (heard_ != now_.id || !facts_.known().media_missing.empty()) {
    journal_.Info(what + " again", {{"media", now_.id}});
  }
  heard_ = now_.id;
  facts_.MediaFlows();
}

void CallMedia::OnBot(const std::optional<BotInfo>& bot) {
  if (!bot.has_value()) return;
  now_.bot = bot;
  facts_.BotReported(*bot);
}

}  // namespace benari::control
