#include "control/grpc/grpc_media_types.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::control {

namespace v1 = benari::media::v1;

namespace {

struct StatusName {
  MediaErrorKind kind;
  const char* name;
};

StatusName Explain(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
      return {MediaErrorKind::kUnavailable, "UNAVAILABLE"};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {MediaErrorKind::kTimeout, "DEADLINE_EXCEEDED"};
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return {MediaErrorKind::kExhausted, "RESOURCE_EXHAUSTED"};
    case grpc::StatusCode::NOT_FOUND:
      return {MediaErrorKind::kNotFound, "NOT_FOUND"};
    case grpc::StatusCode::ABORTED:
      return {MediaErrorKind::kFenced, "ABORTED"};
    case grpc::StatusCode::PERMISSION_DENIED:
      return {MediaErrorKind::kForeign, "PERMISSION_DENIED"};
    case grpc::StatusCode::ALREADY_EXISTS:
      return {MediaErrorKind::kOtherSession, "ALREADY_EXISTS"};
    case grpc::StatusCode::FAILED_PRECONDITION:
      return {MediaErrorKind::kWrongState, "FAILED_PRECONDITION"};
    case grpc::StatusCode::INVALID_ARGUMENT:
      return {MediaErrorKind::kOther, "INVALID_ARGUMENT"};
    case grpc::StatusCode::UNIMPLEMENTED:
      return {MediaErrorKind::kOther, "UNIMPLEMENTED"};
    case grpc::StatusCode::INTERNAL:
      return {MediaErrorKind::kOther, "INTERNAL"};
    default:
      return {MediaErrorKind::kOther, "status"};
  }
}

Endpoint ToEndpoint(const v1::Endpoint& endpoint) {
  return Endpoint(endpoint.host(), static_cast<uint16_t>(endpoint.port()));
}

void SetTone(v1::Tone* message, const Tone& tone) {
  for (const Tone::Segment& segment : tone.segments) {
    v1::ToneSegment* const added = message->add_segments();
    for (const uint32_t frequency : segment.frequencies_hz) added->add_frequencies_hz(frequency);
    added->set_duration_ms(static_cast<uint32_t>(segment.duration.count()));
  }
}

void SetBot(v1::Bot* message, const Bot& bot) {
  message->set_url(bot.url);
  message->set_dialect(v1::BOT_DIALECT_TWILIO_MEDIA_STREAMS);
  message->set_call_sid(bot.call_sid);
  for (const auto& [name, value] : bot.parameters) (*message->mutable_parameters())[name] = value;
  message->set_credential(bot.credential);
  message->set_drain_ms(static_cast<uint32_t>(bot.drain.count()));
  message->set_reconnect_ms(static_cast<uint32_t>(bot.reconnect.count()));
  message->set_idle_timeout_ms(static_cast<uint32_t>(bot.idle_timeout.count()));
  if (bot.waiting.has_value()) SetTone(message->mutable_waiting(), *bot.waiting);
}

// A phase of a later version counts as one in which the bot is at work.
BotPhase ToBotPhase(v1::BotPhase phase) {
  switch (phase) {
    case v1::BOT_PHASE_CONNECTING:
      return BotPhase::kConnecting;
    case v1::BOT_PHASE_RECONNECTING:
      return BotPhase::kReconnecting;
    case v1::BOT_PHASE_DRAINING:
      return BotPhase::kDraining;
    case v1::BOT_PHASE_FINISHED:
      return BotPhase::kFinished;
    default:
      return BotPhase::kReady;
  }
}

BotEnd ToBotEnd(v1::BotEnd end) {
  switch (end) {
    case v1::BOT_END_CLOSED:
      return BotEnd::kClosed;
    case v1::BOT_END_UNREACHABLE:
      return BotEnd::kUnreachable;
    case v1::BOT_END_IDLE:
      return BotEnd::kIdle;
    case v1::BOT_END_REFUSED:
      return BotEnd::kRefused;
    case v1::BOT_END_STOPPED:
      return BotEnd::kStopped;
    default:
      return BotEnd::kLost;
  }
}

BotInfo ToBotInfo(const v1::BotState& state) {
  BotInfo info;
  info.phase = ToBotPhase(state.phase());
  if (info.phase == BotPhase::kFinished) info.end = ToBotEnd(state.end());
  info.stream_sid = state.stream_sid();
  info.last_error = state.last_error();
  info.connections = state.connections();
  info.queued = std::chrono::milliseconds(state.queued_ms());
  if (state.has_first_audio_ms()) info.first_audio = std::chrono::milliseconds(state.first_audio_ms());
  info.marks_pending = state.marks_pending();
  info.clears = state.clears();
  info.underruns = state.underruns();
  info.turns = state.turns();
  if (state.has_last_response_ms()) info.last_response = std::chrono::milliseconds(state.last_response_ms());
  if (state.has_mean_response_ms()) info.mean_response = std::chrono::milliseconds(state.mean_response_ms());
  info.interruptions = state.interruptions();
  info.bot_speaking = state.bot_speaking();
  info.peer_speaking = state.peer_speaking();
  return info;
}

}  // namespace

void SetProcessor(v1::StartSessionRequest* request, const Processor& processor) {
  if (const Bot* const bot = std::get_if<Bot>(&processor)) {
    SetBot(request->mutable_bot(), *bot);
  } else if (const Tone* const tone = std::get_if<Tone>(&processor)) {
    SetTone(request->mutable_tone(), *tone);
  } else {
    request->mutable_echo();
  }
}

void SetOwner(v1::Owner* owner, const std::string& name, uint64_t epoch) {
  owner->set_name(name);
  owner->set_epoch(epoch);
}

Lease ToLease(const v1::Lease& lease, const std::string& node) {
  return Lease{lease.lease_id(), node, ToEndpoint(lease.rtp())};
}

std::chrono::milliseconds ToSilence(uint64_t owner_silent_ms) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365 * 100);
  return std::chrono::milliseconds(std::min(owner_silent_ms, static_cast<uint64_t>(kLongest.count())));
}

SessionInfo ToSessionInfo(const v1::Session& session) {
  SessionInfo info;
  info.lease_id = session.lease().lease_id();
  info.rtp = ToEndpoint(session.lease().rtp());
  info.peer = ToEndpoint(session.peer());
  if (session.state() == v1::SESSION_STATE_RUNNING) info.state = SessionState::kRunning;
  if (session.state() == v1::SESSION_STATE_STOPPED) info.state = SessionState::kStopped;
  if (session.diagnosis() != v1::DIAGNOSIS_UNSPECIFIED) {
    const std::string name = v1::Diagnosis_Name(session.diagnosis());  // unknown to this version: empty
    info.diagnosis = name.empty() ? "unknown" : absl::AsciiStrToLower(absl::StripPrefix(name, "DIAGNOSIS_"));
  }
  info.diagnosis_text = session.diagnosis_text();
  info.received_packets = session.stats().received_packets();
  info.sent_packets = session.stats().sent_packets();
  info.lost_packets = session.stats().lost_packets();
  info.jitter_ms = session.stats().jitter_ms();
  if (session.has_bot_state()) {
    info.bot = ToBotInfo(session.bot_state());
    info.bot->url = session.bot().url();
  }
  return info;
}

NodeStatus ToNodeStatus(const v1::KeepAliveResponse& response) {
  NodeStatus status;
  status.name = response.node().name();
  status.instance_id = response.node().instance_id();
  status.draining = response.draining();
  status.ports_total = response.ports_total();
  status.ports_free = response.ports_free();
  status.unknown_lease_ids.assign(response.unknown_lease_ids().begin(), response.unknown_lease_ids().end());
  return status;
}

std::optional<SessionEvent> ToSessionEvent(const v1::WatchSessionsResponse& response) {
  SessionEvent event;
  switch (response.kind()) {
    case v1::EVENT_KIND_STARTED:
      event.kind = SessionEventKind::kStarted;
      break;
    case v1::EVENT_KIND_MEDIA_FLOWING:
      event.kind = SessionEventKind::kMediaFlowing;
      break;
    case v1::EVENT_KIND_MEDIA_MISSING:
      event.kind = SessionEventKind::kMediaMissing;
      break;
    case v1::EVENT_KIND_STOPPED:
      event.kind = SessionEventKind::kStopped;
      break;
    case v1::EVENT_KIND_RELEASED:
      event.kind = SessionEventKind::kReleased;
      break;
    case v1::EVENT_KIND_LEASE_EXPIRED:
      event.kind = SessionEventKind::kLeaseExpired;
      break;
    case v1::EVENT_KIND_BOT_READY:
      event.kind = SessionEventKind::kBotReady;
      break;
    case v1::EVENT_KIND_BOT_LOST:
      event.kind = SessionEventKind::kBotLost;
      break;
    case v1::EVENT_KIND_FINISHED:
      event.kind = SessionEventKind::kFinished;
      break;
    default:
      return std::nullopt;
  }
  event.session = ToSessionInfo(response.session());
  return event;
}

MediaError ToMediaError(const std::string& node, const char* rpc, const grpc::Status& status) {
  const StatusName explained = Explain(status.error_code());
  return MediaError(explained.kind,
                    absl::StrCat(rpc, " at ", node, ": ", explained.name, ": ", status.error_message()));
}

}  // namespace benari::control
