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

namespace {

constexpr uint64_t BotCounts::*const kCounts[] = {&BotCounts::refused_bytes, &BotCounts::played_bytes,
                                                  &BotCounts::cleared_bytes, &BotCounts::clears,
                                                  &BotCounts::underruns,     &BotCounts::uplink_frames,
                                                  &BotCounts::uplink_filled, &BotCounts::uplink_dropped,
                                                  &BotCounts::connections,   &BotCounts::connect_failures};
static_assert(sizeof kCounts / sizeof *kCounts * sizeof(uint64_t) == sizeof(BotCounts), "each is named");

}  // namespace

BotCounts& BotCounts::operator+=(const BotCounts& other) {
  for (uint64_t BotCounts::*const count : kCounts) this->*count += other.*count;
  return *this;
}

BotCounts BotCounts::operator-(const BotCounts& earlier) const {
  BotCounts difference = *this;
  for (uint64_t BotCounts::*const count : kCounts) difference.*count -= earlier.*count;
  return difference;
}

}  // namespace benari::media
