#include "control/metrics.h"

namespace benari::control {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

prometheus::Counter& Counter(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& Gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& Histogram(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

}  // namespace

Metrics::Metrics(prometheus::Registry& registry)
    : set_up_seconds(Histogram(registry, "control_call_setup_seconds",
                               "From StasisStart to the first packet echoed to the caller.")),
      release_seconds(Histogram(registry, "control_call_release_seconds",
                                "From the decision to end a call to the last thing undone.")),
      media_replaced(
          Counter(registry, "control_media_replaced_total", "Calls moved to another media session.")),
      leases_left(Counter(registry, "control_leases_left_total",
                          "Leases not released but left to their time to live, as the node did not answer.")),
      events(Counter(registry, "control_ari_events_total", "Events received from Asterisk.")),
      connects(Counter(registry, "control_ari_connects_total", "Times the event stream was connected.")),
      calls_adopted(
          Counter(registry, "control_calls_adopted_total", "Calls taken over from an earlier process.")),
      swept(
          Counter(registry, "control_swept_total", "Channels and bridges of ours that belonged to no call.")),
      events_dropped(Counter(registry, "control_ari_events_dropped_total",
                             "Events that came faster than what Asterisk holds could be listed.")),
      ari_connected(Gauge(registry, "control_ari_connected", "1 while the event stream stands.")),
      ari_waiting(Gauge(registry, "control_ari_requests_waiting", "Requests without a connection yet.")),
      ari_connections(Gauge(registry, "control_ari_connections", "HTTP connections to ARI, idle ones too.")),
      standby(Gauge(registry, "control_standby",
                    "1 while another instance serves and this one waits for it to be gone.")),
      calls_(BuildGauge().Name("control_calls").Help("Calls now, by phase.").Register(registry)),
      ended_(BuildCounter()
                 .Name("control_calls_ended_total")
                 .Help("Ended calls, by outcome.")
                 .Register(registry)),
      refused_(BuildCounter()
                   .Name("control_calls_refused_total")
                   .Help("Refused calls, by reason.")
                   .Register(registry)),
      undo_failed_(BuildCounter()
                       .Name("control_undo_failures_total")
                       .Help("Clean-up steps that failed, by step.")
                       .Register(registry)),
      media_missing_(BuildCounter()
                         .Name("control_media_missing_total")
                         .Help("Times a call in echo heard nothing, by diagnosis.")
                         .Register(registry)),
      ari_requests_(BuildHistogram()
                        .Name("control_ari_request_seconds")
                        .Help("Requests to ARI, by operation and HTTP status or error.")
                        .Register(registry)) {
  for (const Refusal refusal : kRefusals) refused_.Add({{"reason", ToString(refusal)}});
}

void Metrics::CallEnded(CallOutcome outcome) { ended_.Add({{"outcome", ToString(outcome)}}).Increment(); }

void Metrics::CallRefused(Refusal refusal) { refused_.Add({{"reason", ToString(refusal)}}).Increment(); }

void Metrics::UndoFailed(const std::string& step) { undo_failed_.Add({{"step", step}}).Increment(); }

void Metrics::MediaMissing(const std::string& diagnosis) {
  media_missing_.Add({{"diagnosis", diagnosis}}).Increment();
}

void Metrics::AriRequest(const std::string& operation, const std::string& code, double seconds) {
  ari_requests_.Add({{"operation", operation}, {"code", code}}, kSeconds).Observe(seconds);
}

prometheus::Gauge& Metrics::CallsIn(CallPhase phase) { return calls_.Add({{"phase", ToString(phase)}}); }

}  // namespace benari::control
