#include "media/node/bot_metrics.h"

#include <utility>

#include "common/metric_family.h"
#include "media/node/histogram_metric.h"

namespace benari::media {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double kBytesPerSecond = 8000;

MetricFamily Counter(const char* name, const char* help, uint64_t value) {
  return CounterFamily(name, help, static_cast<double>(value));
}

template <typename Durations>
MetricFamily HistogramFamily(const char* name, const char* help, const Durations& durations) {
  MetricFamily family = NewFamily(name, help, MetricType::Histogram);
  AddHistogram(durations, {}, &family);
  return family;
}

void AddStates(const BotTotals& totals, std::vector<MetricFamily>* families) {
  MetricFamily bots =
      NewFamily("benari_media_bots", "Bots of running sessions by what they are at", MetricType::Gauge);
  for (size_t i = 0; i < kBotPhases; ++i) {
    AddValue(static_cast<double>(totals.phases[i]), {{"phase", BotPhaseName(BotPhase(i))}}, &bots);
  }
  families->push_back(std::move(bots));
  MetricFamily ends =
      NewFamily("benari_media_bots_finished_total", "Bots that are finished, by reason", MetricType::Counter);
  for (size_t i = 1; i < kBotEnds; ++i) {
    AddValue(static_cast<double>(totals.ends[i]), {{"end", BotEndName(BotEnd(i))}}, &ends);
  }
  families->push_back(std::move(ends));
  families->push_back(Counter("benari_media_bot_connections_total", "WebSockets to bots that were opened",
                              totals.counts.connections));
  MetricFamily failures =
      NewFamily("benari_media_bot_connect_failures_total",
                "Attempts to open a WebSocket to a bot that failed, by reason", MetricType::Counter);
  for (size_t i = 0; i < kBotDialFailures; ++i) {
    AddValue(static_cast<double>(totals.counts.connect_failures[i]),
             {{"reason", BotDialFailureName(BotDialFailure(i))}}, &failures);
  }
  families->push_back(std::move(failures));
}

void AddAudio(const BotCounts& counts, std::vector<MetricFamily>* families) {
  MetricFamily audio = NewFamily("benari_media_bot_audio_seconds_total",
                                 "Audio that came from bots by what became of it", MetricType::Counter);
  const auto add = [&audio](const char* what, uint64_t bytes) {
    AddValue(static_cast<double>(bytes) / kBytesPerSecond, {{"fate", what}}, &audio);
  };
  add("played", counts.played_bytes);
  add("cleared", counts.cleared_bytes);
  add("refused", counts.refused_bytes);
  families->push_back(std::move(audio));
  families->push_back(
      Counter("benari_media_bot_clears_total", "Times that a bot had its audio thrown away", counts.clears));
  families->push_back(Counter("benari_media_bot_underruns_total",
                              "Times that nothing was there to play within a talkspurt", counts.underruns));
  families->push_back(Counter("benari_media_bot_uplink_frames_total",
                              "Frames of 20 ms that bots were given to hear", counts.uplink_frames));
  families->push_back(Counter("benari_media_bot_uplink_filled_frames_total",
                              "Frames of those that the node made, as nothing had arrived",
                              counts.uplink_filled));
  families->push_back(Counter("benari_media_bot_uplink_dropped_frames_total",
                              "Frames that a bot did not take in time", counts.uplink_dropped));
}

}  // namespace

void AddBots(const BotTotals& totals, std::vector<MetricFamily>* families) {
  AddStates(totals, families);
  AddAudio(totals.counts, families);
  families->push_back(HistogramFamily("benari_media_bot_playout_lateness_seconds",
                                      "By how much a frame to the peer of a bot was sent too late",
                                      totals.lateness));
  families->push_back(HistogramFamily("benari_media_bot_first_audio_seconds",
                                      "From the begin of a session to its bot's first audio",
                                      totals.first_audio));
  families->push_back(HistogramFamily("benari_media_bot_response_seconds",
                                      "From the end of the peer's speech to the begin of its bot's",
                                      totals.response));
  families->push_back(HistogramFamily("benari_media_bot_barge_in_seconds",
                                      "From a bot's clear to silence at the peer", totals.barge_in));
}

}  // namespace benari::media
