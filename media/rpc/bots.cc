#include "media/rpc/bots.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/net/url.h"
#include "common/plain_name.h"
#include "common/shown.h"
#include "media/rpc/tones.h"

namespace benari::media {

namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxUrl = 2000;
constexpr size_t kMaxParameters = 50;
constexpr size_t kMaxParameterName = 100;
constexpr size_t kMaxParameterValue = 500;
constexpr size_t kMaxParameterBytes = 16000;  // of all names and values
constexpr uint64_t kBytesPerMs = 8;
constexpr uint32_t kMaxDrainMs = 60000;
constexpr uint32_t kMaxReconnectMs = 600000;
constexpr uint32_t kMaxIdleTimeoutMs = 86400000;

// A URL's path or query may be a secret, so an error shows neither.
std::string WithoutTarget(absl::string_view url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == absl::string_view::npos ? 0 : scheme + 3;
  const absl::string_view rest = url.substr(host);
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t at = authority.rfind('@');
  return absl::StrCat(url.substr(0, host),
                      at == absl::string_view::npos ? authority : authority.substr(at + 1));
}

void CheckUrl(const std::string& url, FieldErrors* errors) {
  const bool parsed = net::ParseUrl(url, {"ws", "wss"}).ok();
  errors->Require(parsed, "bot.url", Shown(WithoutTarget(url)),
                  "ws://HOST[:PORT][/PATH] or wss://HOST[:PORT][/PATH], without a user, a password or a '#'");
  errors->Require(url.size() <= kMaxUrl, "bot.url", absl::StrCat("(", url.size(), " bytes)"),
                  absl::StrCat("at most ", kMaxUrl));
}

void CheckParameters(const BotConfig& bot, FieldErrors* errors) {
  const size_t count = bot.parameters.size();
  errors->Require(count <= kMaxParameters, "bot.parameters", absl::StrCat("(", count, " of them)"),
                  absl::StrCat("at most ", kMaxParameters));
  size_t bytes = 0;
  for (const auto& [name, value] : bot.parameters) {
    if (!errors->status().ok()) return;
    errors->Require(!name.empty() && name.size() <= kMaxParameterName, "name in bot.parameters", Shown(name),
                    absl::StrCat("1..", kMaxParameterName, " bytes"));
    errors->Require(value.size() <= kMaxParameterValue, absl::StrCat("bot.parameters[", Shown(name), "]"),
                    absl::StrCat("(", value.size(), " bytes)"), absl::StrCat("at most ", kMaxParameterValue));
    bytes += name.size() + value.size();
  }
  errors->Require(bytes <= kMaxParameterBytes, "bot.parameters", absl::StrCat("(", bytes, " bytes)"),
                  absl::StrCat("at most ", kMaxParameterBytes, " in names and values together"));
}

milliseconds ReadMs(uint32_t ms, uint32_t most, absl::string_view field, FieldErrors* errors) {
  errors->Require(ms <= most, field, absl::StrCat(ms), absl::StrCat("0..", most));
  return milliseconds(ms);
}

v1::BotPhase ToProto(BotPhase phase) {
  switch (phase) {
    case BotPhase::kConnecting:
      return v1::BOT_PHASE_CONNECTING;
    case BotPhase::kReady:
      return v1::BOT_PHASE_READY;
    case BotPhase::kReconnecting:
      return v1::BOT_PHASE_RECONNECTING;
    case BotPhase::kDraining:
      return v1::BOT_PHASE_DRAINING;
    case BotPhase::kFinished:
      return v1::BOT_PHASE_FINISHED;
  }
  return v1::BOT_PHASE_UNSPECIFIED;
}

v1::BotEnd ToProto(BotEnd end) {
  switch (end) {
    case BotEnd::kNone:
      return v1::BOT_END_UNSPECIFIED;
    case BotEnd::kClosed:
      return v1::BOT_END_CLOSED;
    case BotEnd::kUnreachable:
      return v1::BOT_END_UNREACHABLE;
    case BotEnd::kLost:
      return v1::BOT_END_LOST;
    case BotEnd::kIdle:
      return v1::BOT_END_IDLE;
    case BotEnd::kRefused:
      return v1::BOT_END_REFUSED;
    case BotEnd::kStopped:
      return v1::BOT_END_STOPPED;
  }
  return v1::BOT_END_UNSPECIFIED;
}

uint32_t ToMs(milliseconds time) {
  return static_cast<uint32_t>(std::clamp<int64_t>(time.count(), 0, std::numeric_limits<uint32_t>::max()));
}

}  // namespace

BotConfig ReadBot(const v1::Bot& bot, FieldErrors* errors) {
  BotConfig read;
  read.url = bot.url();
  CheckUrl(read.url, errors);
  errors->Require(v1::BotDialect_IsValid(bot.dialect()), "bot.dialect",
                  absl::StrCat(static_cast<int>(bot.dialect())), "BOT_DIALECT_TWILIO_MEDIA_STREAMS");
  read.call_sid = bot.call_sid();
  errors->Require(IsPlainName(read.call_sid), "bot.call_sid", Shown(read.call_sid), kAcceptedPlainNames);
  read.parameters.insert(bot.parameters().begin(), bot.parameters().end());
  CheckParameters(read, errors);
  read.credential = bot.credential();
  errors->Require(read.credential.empty() || IsPlainName(read.credential), "bot.credential",
                  Shown(read.credential), kAcceptedPlainNames);
  read.drain = ReadMs(bot.drain_ms(), kMaxDrainMs, "bot.drain_ms", errors);
  read.reconnect = ReadMs(bot.reconnect_ms(), kMaxReconnectMs, "bot.reconnect_ms", errors);
  read.idle_timeout = ReadMs(bot.idle_timeout_ms(), kMaxIdleTimeoutMs, "bot.idle_timeout_ms", errors);
  if (bot.has_waiting()) read.waiting = ReadTone(bot.waiting(), "bot.waiting", errors);
  return read;
}

void ToProto(const BotConfig& bot, v1::Bot* out) {
  out->set_url(net::WithoutQueryValues(bot.url));
  out->set_dialect(v1::BOT_DIALECT_TWILIO_MEDIA_STREAMS);
  out->set_call_sid(bot.call_sid);
  out->mutable_parameters()->insert(bot.parameters.begin(), bot.parameters.end());
  out->set_credential(bot.credential);
  out->set_drain_ms(ToMs(bot.drain));
  out->set_reconnect_ms(ToMs(bot.reconnect));
  out->set_idle_timeout_ms(ToMs(bot.idle_timeout));
  if (bot.waiting) ToProto(*bot.waiting, out->mutable_waiting());
}

void ToProto(const BotStatus& status, v1::BotState* out) {
  out->set_phase(ToProto(status.phase));
  out->set_end(ToProto(status.end));
  out->set_stream_sid(status.link.stream_sid);
  out->set_last_error(status.link.last_error);
  out->set_connections(status.link.connections);
  out->set_connect_failures(status.link.AllConnectFailures());
  out->set_queued_ms(ToMs(status.queued));
  out->set_marks_pending(status.marks_pending);
  out->set_start_buffer_ms(ToMs(status.start_buffer));
  if (status.first_audio) out->set_first_audio_ms(ToMs(*status.first_audio));
  out->set_turns(status.turns);
  if (status.last_response) out->set_last_response_ms(ToMs(*status.last_response));
  if (status.mean_response) out->set_mean_response_ms(ToMs(*status.mean_response));
  out->set_interruptions(status.interruptions);
  out->set_messages(status.link.messages);
  out->set_messages_ignored(status.link.messages_ignored);
  const BotCounts& counts = status.counts;
  out->set_refused_audio_ms(counts.refused_bytes / kBytesPerMs);
  out->set_played_ms(counts.played_bytes / kBytesPerMs);
  out->set_cleared_ms(counts.cleared_bytes / kBytesPerMs);
  out->set_clears(static_cast<uint32_t>(counts.clears));
  out->set_underruns(static_cast<uint32_t>(counts.underruns));
  out->set_uplink_frames(counts.uplink_frames);
  out->set_uplink_filled(counts.uplink_filled);
  out->set_uplink_dropped(counts.uplink_dropped);
  out->set_idle_ms(ToMs(status.idle));
  out->set_bot_speaking(status.bot_speaking);
  out->set_peer_speaking(status.peer_speaking);
}

}  // namespace benari::media
