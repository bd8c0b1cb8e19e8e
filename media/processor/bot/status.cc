#include "media/processor/bot/status.h"

namespace benari::media {

const char* BotPhaseName(BotPhase phase) {
  switch (phase) {
    case BotPhase::kConnecting:
      return "connecting";
    case BotPhase::kReady:
      return "ready";
    case BotPhase::kReconnecting:
      return "reconnecting";
    case BotPhase::kDraining:
      return "draining";
    case BotPhase::kFinished:
      return "finished";
  }
  return "?";
}

const char* BotEndName(BotEnd end) {
  switch (end) {
    case BotEnd::kNone:
      return "";
    case BotEnd::kClosed:
      return "closed";
    case BotEnd::kUnreachable:
      return "unreachable";
    case BotEnd::kLost:
      return "lost";
    case BotEnd::kIdle:
      return "idle";
    case BotEnd::kRefused:
      return "refused";
    case BotEnd::kStopped:
      return "stopped";
  }
  return "?";
}

}  // namespace benari::media
