#include "control/record/metrics.h"

namespace benari::control {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Labels;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

// As media.proto's Diagnosis names them.
constexpr const char* kDiagnoses[] = {"nothing_arrived", "stranger", "wrong_payload_type", "not_rtp",
                                      "stopped_arriving"};

constexpr const char* kResults[] = {"failed", "ok"};

prometheus::Counter& Counter(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Family<prometheus::Counter>& Counters(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

// The family may be there already.
prometheus::Gauge& Gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const Labels& labels = {}) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& NodesIn(prometheus::Registry& registry, const char* state) {
  return Gauge(registry, "benari_control_media_nodes",
               "Media nodes by state: down does not answer, not_reached is in DNS and has never answered",
               {{"state", state}});
}

prometheus::Histogram& Histogram(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry)
    : max_calls(Gauge(registry, "benari_control_max_calls",
                      "Limit of concurrent calls; callers beyond it are refused")),
      set_up_seconds(Histogram(registry, "benari_control_call_setup_duration_seconds",
                               "From StasisStart to the first audio of the caller at media")),
      release_seconds(Histogram(registry, "benari_control_call_release_duration_seconds",
                                "From the decision to end a call to its last undo step")),
      bot_ready_seconds(Histogram(registry, "benari_control_bot_ready_duration_seconds",
                                  "From the start of a bot's session to the bot being ready")),
      bot_late(Counter(registry, "benari_control_bot_late_total",
                       "Times a bot was not heard for two seconds, as it was connected to")),
      bot_lost(Counter(registry, "benari_control_bot_lost_total",
                       "Times a bot was lost while its caller was there; it is dialled again")),
      digits_lost(Counter(registry, "benari_control_bot_digits_lost_total",
                          "Digits of callers that media did not take for the bot")),
      media_replaced(Counter(registry, "benari_control_media_replaced_total",
                             "Media sessions that were lost and replaced")),
      leases_left(Counter(registry, "benari_control_leases_left_total",
                          "Leases not released, since the node did not answer; they expire")),
      events(Counter(registry, "benari_control_ari_events_total", "Events received from Asterisk")),
      connects(Counter(registry, "benari_control_ari_connects_total", "Connects of the event WebSocket")),
      calls_adopted(Counter(registry, "benari_control_calls_adopted_total",
                            "Calls taken over from an earlier process")),
      swept(
          Counter(registry, "benari_control_swept_total", "Orphaned channels and bridges that were removed")),
      events_dropped(Counter(registry, "benari_control_ari_events_dropped_total",
                             "Events dropped while Asterisk was listed; it is then listed again")),
      ari_connected(
          Gauge(registry, "benari_control_ari_connected", "1 while the event WebSocket is connected")),
      ari_waiting(
          Gauge(registry, "benari_control_ari_requests_waiting", "ARI requests that wait for a connection")),
      ari_connections(
          Gauge(registry, "benari_control_ari_connections", "HTTP connections to ARI, idle ones included")),
      standby(Gauge(registry, "benari_control_standby",
                    "1 while another instance serves and this one stands by")),
      media_nodes_up(NodesIn(registry, "up")),
      media_nodes_draining(NodesIn(registry, "draining")),
      media_nodes_down(NodesIn(registry, "down")),
      media_nodes_not_reached(NodesIn(registry, "not_reached")),
      calls_(BuildGauge().Name("benari_control_calls").Help("Calls now, by phase").Register(registry)),
      ended_(Counters(registry, "benari_control_calls_ended_total", "Ended calls, by outcome")),
      refused_(Counters(registry, "benari_control_calls_refused_total", "Refused calls, by reason")),
      bots_ended_(Counters(registry, "benari_control_bot_calls_ended_total",
                           "Callers whose time with a bot has ended, by result")),
      undo_failed_(
          Counters(registry, "benari_control_undo_failures_total", "Undo steps that failed, by step")),
      media_missing_(Counters(registry, "benari_control_media_missing_total",
                              "Times media received no audio of a caller, by diagnosis")),
      webhook_requests_(BuildHistogram()
                            .Name("benari_control_webhook_duration_seconds")
                            .Help("From asking a webhook to its document, or to the failure of its fallback")
                            .Register(registry)),
      speech_made_(BuildHistogram()
                       .Name("benari_control_speech_duration_seconds")
                       .Help("From asking for speech to its sound, or to the failure")
                       .Register(registry)),
      ari_requests_(BuildHistogram()
                        .Name("benari_control_ari_request_duration_seconds")
                        .Help("Requests to ARI, by operation and HTTP status or error")
                        .Register(registry)) {
  for (const CallPhase phase : kCallPhases) CallsIn(phase);
  for (const CallOutcome outcome : kCallOutcomes) ended_.Add({{"outcome", ToString(outcome)}});
  for (const Refusal refusal : kRefusals) refused_.Add({{"reason", ToString(refusal)}});
  for (const BotResult result : kBotResults) bots_ended_.Add({{"result", ToString(result)}});
  for (const char* result : kResults) webhook_requests_.Add({{"result", result}}, kSeconds);
  for (const char* result : kResults) speech_made_.Add({{"result", result}}, kSeconds);
  for (const UndoStep step : kUndoSteps) undo_failed_.Add({{"step", ToString(step)}});
  for (const char* diagnosis : kDiagnoses) media_missing_.Add({{"diagnosis", diagnosis}});
}

void Metrics::CallEnded(CallOutcome outcome) { ended_.Add({{"outcome", ToString(outcome)}}).Increment(); }

void Metrics::CallRefused(Refusal refusal) { refused_.Add({{"reason", ToString(refusal)}}).Increment(); }

void Metrics::WebhookAnswered(bool ok, double seconds) {
  webhook_requests_.Add({{"result", kResults[ok ? 1 : 0]}}, kSeconds).Observe(seconds);
}

void Metrics::SpeechMade(bool ok, double seconds) {
  speech_made_.Add({{"result", kResults[ok ? 1 : 0]}}, kSeconds).Observe(seconds);
}

void Metrics::BotEnded(BotResult result) { bots_ended_.Add({{"result", ToString(result)}}).Increment(); }

void Metrics::UndoFailed(const std::string& step) { undo_failed_.Add({{"step", step}}).Increment(); }

void Metrics::MediaMissing(const std::string& diagnosis) {
  media_missing_.Add({{"diagnosis", diagnosis}}).Increment();
}

void Metrics::AriRequest(const std::string& operation, const std::string& code, double seconds) {
  ari_requests_.Add({{"operation", operation}, {"code", code}}, kSeconds).Observe(seconds);
}

prometheus::Gauge& Metrics::CallsIn(CallPhase phase) { return calls_.Add({{"phase", ToString(phase)}}); }

}  // namespace benari::control
