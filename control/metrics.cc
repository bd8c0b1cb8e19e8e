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
      ari_connected(BuildGauge()
                        .Name("control_ari_connected")
                        .Help("1 while the event stream stands.")
                        .Register(registry)
                        .Add({})),
      standby(BuildGauge()
                  .Name("control_standby")
                  .Help("1 while another instance serves and this one waits for it to be gone.")
                  .Register(registry)
                  .Add({})),
      calls_(BuildGauge().Name("control_calls").Help("Calls now, by phase.").Register(registry)),
      ended_(BuildCounter()
                 .Name("control_calls_ended_total")
                 .Help("Ended calls, by outcome.")
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
                        .Register(registry)) {}

void Metrics::CallEnded(CallOutcome outcome) { ended_.Add({{"outcome", ToString(outcome)}}).Increment(); }

void Metrics::UndoFailed(const std::string& step) { undo_failed_.Add({{"step", step}}).Increment(); }

void Metrics::MediaMissing(const std::string& diagnosis) {
  media_missing_.Add({{"diagnosis", diagnosis}}).Increment();
}

void Metrics::AriRequest(const std::string& operation, const std::string& code, double seconds) {
  ari_requests_.Add({{"operation", operation}, {"code", code}}, kSeconds).Observe(seconds);
}

prometheus::Gauge& Metrics::CallsIn(CallPhase phase) { return calls_.Add({{"phase", ToString(phase)}}); }

}  // namespace benari::control
