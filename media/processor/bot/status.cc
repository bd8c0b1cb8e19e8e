#include "media/processor/bot/status.h"

#include <iterator>
#include <numeric>

#include "common/enum_table.h"

namespace benari::media {

namespace {

constexpr EnumRow<BotPhase> kPhases[] = {{BotPhase::kConnecting, "connecting"},
                                         {BotPhase::kReady, "ready"},
                                         {BotPhase::kReconnecting, "reconnecting"},
                                         {BotPhase::kDraining, "draining"},
                                         {BotPhase::kFinished, "finished"}};
static_assert(IsWhole(kPhases) && std::size(kPhases) == kBotPhases);

constexpr EnumRow<BotEnd> kEnds[] = {
    {BotEnd::kNone, ""},          {BotEnd::kClosed, "closed"}, {BotEnd::kUnreachable, "unreachable"},
    {BotEnd::kLost, "lost"},      {BotEnd::kIdle, "idle"},     {BotEnd::kRefused, "refused"},
    {BotEnd::kStopped, "stopped"}};
static_assert(IsWhole(kEnds) && std::size(kEnds) == kBotEnds);

constexpr EnumRow<BotDialFailure> kDialFailures[] = {{BotDialFailure::kNameNotResolved, "name_not_resolved"},
                                                     {BotDialFailure::kRefused, "refused"},
                                                     {BotDialFailure::kNetwork, "network"},
                                                     {BotDialFailure::kCertificate, "certificate"},
                                                     {BotDialFailure::kTls, "tls"},
                                                     {BotDialFailure::kTimeout, "timeout"},
                                                     {BotDialFailure::kHttpStatus, "http_status"},
                                                     {BotDialFailure::kNotHttp, "not_http"},
                                                     {BotDialFailure::kNotWebSocket, "not_websocket"},
                                                     {BotDialFailure::kClosed, "closed"}};
static_assert(IsWhole(kDialFailures) && std::size(kDialFailures) == kBotDialFailures);

constexpr uint64_t BotCounts::*const kCounts[] = {
    &BotCounts::refused_bytes, &BotCounts::played_bytes,   &BotCounts::cleared_bytes,
    &BotCounts::clears,        &BotCounts::underruns,      &BotCounts::uplink_frames,
    &BotCounts::uplink_filled, &BotCounts::uplink_dropped, &BotCounts::connections};
static_assert((std::size(kCounts) + kBotDialFailures) * sizeof(uint64_t) == sizeof(BotCounts),
              "each is named");

}  // namespace

const char* BotPhaseName(BotPhase phase) { return Translate(kPhases, phase); }
const char* BotEndName(BotEnd end) { return Translate(kEnds, end); }
const char* BotDialFailureName(BotDialFailure failure) { return Translate(kDialFailures, failure); }

uint32_t BotLinkReport::AllConnectFailures() const {
  return std::accumulate(connect_failures.begin(), connect_failures.end(), 0u);
}

BotCounts& BotCounts::operator+=(const BotCounts& other) {
  for (uint64_t BotCounts::*const count : kCounts) this->*count += other.*count;
  for (size_t i = 0; i < kBotDialFailures; ++i) connect_failures[i] += other.connect_failures[i];
  return *this;
}

BotCounts BotCounts::operator-(const BotCounts& earlier) const {
  BotCounts difference = *this;
  for (uint64_t BotCounts::*const count : kCounts) difference.*count -= earlier.*count;
  for (size_t i = 0; i < kBotDialFailures; ++i) difference.connect_failures[i] -= earlier.connect_failures[i];
  return difference;
}

}  // namespace benari::media
