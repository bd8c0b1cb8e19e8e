#include "media/processor/bot/totals.h"

namespace benari::media {

BotTotals& BotTotals::operator+=(const BotTotals& other) {
  counts += other.counts;
  for (size_t i = 0; i < phases.size(); ++i) phases[i] += other.phases[i];
  for (size_t i = 0; i < ends.size(); ++i) ends[i] += other.ends[i];
  lateness += other.lateness;
  first_audio += other.first_audio;
  response += other.response;
  barge_in += other.barge_in;
  return *this;
}

}  // namespace benari::media
