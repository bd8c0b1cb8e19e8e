#include "media/node/event_log.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/log.h"

namespace benari::media {

namespace {

constexpr uint64_t kBytesPerMs = 8;  // of mu-law

void LogBot(const std::string& message, const std::string& lease_id, const BotStatus& bot) {
  const bool failed = bot.phase == BotPhase::kReconnecting || bot.end == BotEnd::kUnreachable ||
                      bot.end == BotEnd::kLost || bot.end == BotEnd::kRefused;
  (failed ? log::Warning : log::Info)(message, {{"lease", lease_id},
                                                {"bot", BotPhaseName(bot.phase)},
                                                {"end", BotEndName(bot.end)},
                                                {"stream", bot.link.stream_sid},
                                                {"connections", bot.link.connections},
                                                {"connect_failures", bot.link.AllConnectFailures()},
                                                {"played_ms", bot.counts.played_bytes / kBytesPerMs},
                                                {"queued_ms", bot.queued.count()},
                                                {"error", bot.link.last_error}});
}

}  // namespace

void LogEvent(const SessionEvent& event) {
  const SessionView& session = event.session;
  const SessionSnapshot& snapshot = session.snapshot;
  const std::string message = absl::StrCat("session ", EventKindName(event.kind));
  const std::string rtp = session.lease.rtp.ToString();
  const std::string peer = snapshot.peer.ToString();
  switch (event.kind) {
    case EventKind::kStarted:
    case EventKind::kMediaFlowing:
      return log::Info(message, {{"lease", session.lease.lease_id},
                                 {"rtp", rtp},
                                 {"peer", peer},
                                 {"processor", ProcessorName(session.config.processor)},
                                 {"payload_type", session.config.payload_type}});
    case EventKind::kMediaMissing:
      return log::Warning(message, {{"lease", session.lease.lease_id},
                                    {"rtp", rtp},
                                    {"diagnosis", DiagnosisName(snapshot.diagnosis)},
                                    {"text", snapshot.diagnosis_text}});
    case EventKind::kBotReady:
    case EventKind::kBotLost:
    case EventKind::kFinished:
      if (snapshot.bot) return LogBot(message, session.lease.lease_id, *snapshot.bot);
      return log::Info(message, {{"lease", session.lease.lease_id},
                                 {"rtp", rtp},
                                 {"processor", ProcessorName(session.config.processor)}});
    case EventKind::kStopped:
    case EventKind::kReleased:
    case EventKind::kLeaseExpired:
      return log::Info(message, {{"lease", session.lease.lease_id},
                                 {"rtp", rtp},
                                 {"received", snapshot.stats.received_packets},
                                 {"sent", snapshot.stats.sent_packets},
                                 {"lost", snapshot.stats.lost_packets},
                                 {"jitter_ms", snapshot.stats.jitter_ms}});
  }
}

}  // namespace benari::media
