#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

#include "control/record/call_phase.h"

namespace benari::control {

// The metrics of control, listed in deploy/prometheus/README.md. Labels are words of enumerations or fixed
// words, never ids or dialled numbers, and every series that an alert reads exists from the start, as 0.
// Thread-safe.
class Metrics {
 public:
  explicit Metrics(prometheus::Registry& registry);

  void PhaseEntered(CallPhase phase) { CallsIn(phase).Increment(); }
  void PhaseLeft(CallPhase phase) { CallsIn(phase).Decrement(); }
  void CallEnded(CallOutcome outcome);
  void CallRefused(Refusal refusal);
  void BotEnded(BotResult result);
  void WebhookAnswered(bool ok, double seconds);
  void SpeechMade(bool ok, double seconds);
  void UndoFailed(const std::string& step);
  void MediaMissing(const std::string& diagnosis);
  void AriRequest(const std::string& operation, const std::string& code, double seconds);

  prometheus::Gauge& max_calls;
  prometheus::Histogram& set_up_seconds;     // StasisStart to the first audio at media
  prometheus::Histogram& release_seconds;    // from the decision to end a call to the last thing undone
  prometheus::Histogram& bot_ready_seconds;  // from the start of its session
  prometheus::Counter& bot_late;             // was not heard for two seconds, as it connected
  prometheus::Counter& bot_lost;
  prometheus::Counter& digits_lost;  // that media did not take for a bot
  prometheus::Counter& media_replaced;
  prometheus::Counter& leases_left;  // to expire, since the node did not answer the release
  prometheus::Counter& events;
  prometheus::Counter& connects;  // of the event stream
  prometheus::Counter& calls_adopted;
  prometheus::Counter& swept;
  prometheus::Counter& events_dropped;
  prometheus::Gauge& ari_connected;
  prometheus::Gauge& ari_waiting;      // requests without a connection
  prometheus::Gauge& ari_connections;  // HTTP, the event stream's not among them
  prometheus::Gauge& standby;
  prometheus::Gauge& media_nodes_up;
  prometheus::Gauge& media_nodes_draining;
  prometheus::Gauge& media_nodes_down;
  prometheus::Gauge& media_nodes_not_reached;

 private:
  prometheus::Gauge& CallsIn(CallPhase phase);

  prometheus::Family<prometheus::Gauge>& calls_;
  prometheus::Family<prometheus::Counter>& ended_;
  prometheus::Family<prometheus::Counter>& refused_;
  prometheus::Family<prometheus::Counter>& bots_ended_;
  prometheus::Family<prometheus::Counter>& undo_failed_;
  prometheus::Family<prometheus::Counter>& media_missing_;
  prometheus::Family<prometheus::Histogram>& webhook_requests_;
  prometheus::Family<prometheus::Histogram>& speech_made_;
  prometheus::Family<prometheus::Histogram>& ari_requests_;
};

}  // namespace benari::control
