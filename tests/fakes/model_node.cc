#include "tests/fakes/model_node.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::fakes {

using control::MediaError;
using control::MediaErrorKind;

namespace {

constexpr uint16_t kFirstPort = 26500;

[[noreturn]] void Throw(const absl::Status& status) {
  MediaErrorKind kind = MediaErrorKind::kOther;
  if (absl::IsUnavailable(status)) kind = MediaErrorKind::kUnavailable;
  if (absl::IsResourceExhausted(status)) kind = MediaErrorKind::kExhausted;
  if (absl::IsNotFound(status)) kind = MediaErrorKind::kNotFound;
  if (absl::IsAborted(status)) kind = MediaErrorKind::kFenced;
  if (absl::IsPermissionDenied(status)) kind = MediaErrorKind::kForeign;
  if (absl::IsAlreadyExists(status)) kind = MediaErrorKind::kOtherSession;
  if (absl::IsFailedPrecondition(status)) kind = MediaErrorKind::kWrongState;
  throw MediaError(kind, std::string(status.message()));
}

control::SessionInfo ToInfo(const media::SessionView& view) {
  control::SessionInfo info;
  info.lease_id = view.lease.lease_id;
  info.rtp = view.lease.rtp;
  info.peer = view.snapshot.peer.ToEndpoint();
  info.state = static_cast<control::SessionState>(view.state);
  if (view.snapshot.diagnosis != media::Diagnosis::kNone)
    info.diagnosis = media::DiagnosisName(view.snapshot.diagnosis);
  info.diagnosis_text = view.snapshot.diagnosis_text;
  info.received_packets = view.snapshot.stats.received_packets;
  info.sent_packets = view.snapshot.stats.sent_packets;
  return info;
}

}  // namespace

absl::StatusOr<media::SocketId> ModelRunner::Open(uint16_t port) {
  const auto opened = FakeSessionRunner::Open(port);
  if (!opened.ok()) violation_ = std::string(opened.status().message());
  const auto closed = closed_.find(port);
  if (closed != closed_.end() && timers_.Now() < closed->second + options_.quarantine)
    violation_ = absl::StrCat("port ", port, " is bound again within its quarantine");
  return opened;
}

absl::Status ModelRunner::Start(media::SocketId id, const media::SessionStart& start,
                                SnapshotCallback on_started) {
  const absl::Status started = FakeSessionRunner::Start(id, start, std::move(on_started));
  const bool flows = options_.media_flows;
  const Clock::Duration after = flows ? options_.first_packet_after : options_.no_media_timeout;
  media_[id] = timers_.CallAt(timers_.Now() + after, [this, id, flows] {
    Change(id, flows ? media::Diagnosis::kNone : media::Diagnosis::kNothingArrived, "");
  });
  return started;
}

void ModelRunner::Stop(media::SocketId id, SnapshotCallback done) {
  media_.erase(id);
  FakeSessionRunner::Stop(id, std::move(done));
}

void ModelRunner::Close(media::SocketId id, SnapshotCallback done) {
  media_.erase(id);
  closed_[sockets.at(id).port] = timers_.Now();
  FakeSessionRunner::Close(id, std::move(done));
}

void ModelRunner::Change(media::SocketId id, media::Diagnosis diagnosis, const std::string& text) {
  media::SessionSnapshot& snapshot = sockets.at(id).snapshot;
  snapshot.diagnosis = diagnosis;
  snapshot.diagnosis_text = text;
  const bool flows = diagnosis == media::Diagnosis::kNone;
  if (flows) ++snapshot.stats.received_packets, ++snapshot.stats.sent_packets;
  on_change_(id, flows ? media::MediaChange::kFlowing : media::MediaChange::kMissing, snapshot);
}

ModelNode::ModelNode(control::Timers& timers, const FakeMediaOptions& options, const std::string& address,
                     uint64_t instance, EventHandler on_event)
    : timers_(timers),
      options_(options),
      address_(address),
      instance_(instance),
      on_event_(std::move(on_event)),
      runner_(timers, options,
              [this](media::SocketId id, media::MediaChange change, const media::SessionSnapshot& snapshot) {
                registry_.OnMediaChange(id, change, snapshot);
                Settle();
              }),
      registry_(RegistryOptions(), timers, runner_,
                [this](media::SessionEvent event) { events_.push_back(std::move(event)); }) {}

media::SessionRegistry::Options ModelNode::RegistryOptions() const {
  media::SessionRegistry::Options options;
  options.rtp_host = address_.substr(0, address_.rfind(':'));
  options.ports = {kFirstPort, static_cast<uint16_t>(kFirstPort + options_.ports_per_node - 1)};
  options.quarantine = options_.quarantine;
  options.lease_rate = options_.lease_rate;
  options.random_ssrc = [ssrc = uint32_t{0}]() mutable { return ++ssrc; };
  return options;
}

void ModelNode::Settle() {
  if (stopped_) return;
  runner_.Deliver();
  for (const auto& [lease_id, kind] : std::exchange(untold_, {})) {
    for (const control::SessionInfo& session : Sessions()) {
      if (session.lease_id == lease_id) on_event_({kind, session});
    }
  }
  for (const media::SessionEvent& event : std::exchange(events_, {})) {
    const bool over =
        event.kind == media::EventKind::kReleased || event.kind == media::EventKind::kLeaseExpired;
    if (over) bots_.erase(event.session.lease.lease_id);
    on_event_({static_cast<control::SessionEventKind>(event.kind), Info(event.session)});
  }
  const auto next = registry_.NextExpiry();
  expiry_.reset();
  if (!next.has_value()) return;
  expiry_ = timers_.CallAt(*next, [this] {
    registry_.OnTime();
    Settle();
  });
}

void ModelNode::SetStopped(bool stopped) {
  stopped_ = stopped;
  expiry_.reset();
  if (!stopped) registry_.OnTime();
  Settle();
}

void ModelNode::Granted(const char* what, const media::OwnerId& owner) {
  uint64_t& latest = latest_epochs_[owner.name];
  if (owner.epoch < latest)
    violation_ = absl::StrCat(what, " of epoch ", owner.epoch, " was granted after one of ", latest);
  latest = std::max(latest, owner.epoch);
}

template <typename View>
View ModelNode::Value(absl::StatusOr<View> answer) {
  Settle();
  if (!answer.ok()) Throw(answer.status());
  return *std::move(answer);
}

media::SessionRegistry::SessionCallback ModelNode::Keep() {
  answer_.reset();
  return [this](absl::StatusOr<media::SessionView> answer) { answer_ = std::move(answer); };
}

control::SessionInfo ModelNode::Answer() {
  Settle();
  return Info(Value(*std::move(answer_)));
}

control::SessionInfo ModelNode::Info(const media::SessionView& view) const {
  control::SessionInfo info = ToInfo(view);
  const auto bot = bots_.find(info.lease_id);
  if (bot != bots_.end()) info.bot = bot->second->info();
  return info;
}

ModelBot* ModelNode::BotOf(const std::string& lease_id) {
  const auto bot = bots_.find(lease_id);
  return bot == bots_.end() ? nullptr : bot->second.get();
}

void ModelNode::StartBot(const std::string& lease_id, const control::Bot& request) {
  const auto script = options_.bots.find(request.url);
  options_.on_bot_dialled(request);
  bots_[lease_id] = std::make_unique<ModelBot>(
      timers_, request, script == options_.bots.end() ? BotScript::Answers() : script->second,
      [this, lease_id](control::SessionEventKind kind) { OnBot(lease_id, kind); });
}

void ModelNode::OnBot(const std::string& lease_id, control::SessionEventKind kind) {
  untold_.emplace_back(lease_id, kind);
  Settle();
}

void ModelNode::SendDigits(const media::OwnerId& owner, const std::string& lease_id,
                           const std::string& digits) {
  ModelBot* const bot = BotOf(lease_id);
  if (bot == nullptr) Throw(absl::FailedPreconditionError("no bot runs on the lease"));
  bot->AddDigits(digits);
  Granted("SendDigits", owner);
}

void ModelNode::CloseBot(const media::OwnerId& owner, const std::string& lease_id) {
  ModelBot* const bot = BotOf(lease_id);
  if (bot == nullptr || !bot->TakeLeave())
    Throw(absl::FailedPreconditionError("no bot runs on the lease, or it has ended"));
  Granted("CloseBot", owner);
}

control::Lease ModelNode::LeasePort(const media::OwnerId& owner, const std::string& lease_id,
                                    std::chrono::milliseconds ttl) {
  const media::LeaseView lease = Value(registry_.LeasePort(owner, lease_id, ttl));
  Granted("LeasePort", owner);
  return control::Lease{lease.lease_id, address_, lease.rtp};
}

control::SessionInfo ModelNode::ReleasePort(const media::OwnerId& owner, const std::string& lease_id) {
  registry_.ReleasePort(owner, lease_id, Keep());
  const control::SessionInfo info = Answer();
  Granted("ReleasePort", owner);
  return info;
}

control::SessionInfo ModelNode::StartSession(const media::OwnerId& owner,
                                             const control::SessionRequest& request) {
  media::SessionConfig config;
  config.peer = Value(media::ParseSocketAddress(request.peer));
  config.payload_type = static_cast<uint8_t>(request.payload_type);
  config.no_media_timeout = options_.no_media_timeout;
  const auto* const bot = std::get_if<control::Bot>(&request.processor);
  if (bot != nullptr && bot->url.empty())
    Throw(absl::InvalidArgumentError("bot.url: accepted is ws:// or wss://"));
  registry_.StartSession(owner, request.lease_id, config, Keep());
  control::SessionInfo info = Answer();
  Granted("StartSession", owner);
  if (bot == nullptr) return info;
  const ModelBot* const running = BotOf(request.lease_id);
  if (running == nullptr) StartBot(request.lease_id, *bot);
  if (running != nullptr && running->request() != *bot)
    Throw(absl::AlreadyExistsError("another bot runs on the lease"));
  info.bot = BotOf(request.lease_id)->info();
  return info;
}

control::SessionInfo ModelNode::StopSession(const media::OwnerId& owner, const std::string& lease_id) {
  registry_.StopSession(owner, lease_id, Keep());
  if (ModelBot* const bot = BotOf(lease_id)) bot->Stop();
  const control::SessionInfo info = Answer();
  Granted("StopSession", owner);
  return info;
}

control::NodeStatus ModelNode::KeepAlive(const media::OwnerId& owner,
                                         const std::vector<std::string>& lease_ids,
                                         std::chrono::milliseconds ttl) {
  if (lease_ids.size() > control::kMaxKeepAliveIds) {
    throw MediaError(MediaErrorKind::kOther, "lease_ids: accepted is at most 10000");
  }
  const media::KeepAliveView view = Value(registry_.KeepAlive(owner, lease_ids, ttl));
  Granted("KeepAlive", owner);
  control::NodeStatus status;
  status.name = address_;
  status.instance_id = absl::StrCat(address_, "/", instance_);
  status.draining = view.draining;
  status.ports_total = static_cast<uint32_t>(view.ports_total);
  status.ports_free = static_cast<uint32_t>(view.ports_free);
  status.unknown_lease_ids = view.unknown_lease_ids;
  return status;
}

control::NodeSessions ModelNode::ListSessions(const std::string& owner) {
  std::optional<absl::StatusOr<media::SessionPage>> page;
  registry_.ListSessions(owner, "", 10000, [&page](auto answer) { page = std::move(answer); });
  Settle();
  control::NodeSessions sessions;
  const media::SessionPage all = Value(*std::move(page));
  sessions.owner_epoch = all.owner_epoch;
  sessions.owner_silence = all.owner_silence;
  for (const media::SessionView& view : all.sessions) sessions.sessions.push_back(Info(view));
  return sessions;
}

std::vector<control::SessionInfo> ModelNode::Sessions() { return ListSessions("").sessions; }

bool ModelNode::ChangeMedia(const std::string& lease_id, media::Diagnosis diagnosis) {
  for (const control::SessionInfo& session : Sessions()) {
    if (session.lease_id != lease_id || session.state != control::SessionState::kRunning) continue;
    const bool flows = diagnosis == media::Diagnosis::kNone;
    runner_.Change(runner_.IdOfPort(session.rtp.port), diagnosis, flows ? "" : "the model lost it");
    return true;
  }
  return false;
}

}  // namespace benari::fakes
