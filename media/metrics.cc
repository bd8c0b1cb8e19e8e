#include "media/metrics.h"

#include <prometheus/metric_family.h>

#include <future>
#include <memory>
#include <string>

namespace benari::media {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::chrono::seconds kWorkersMayTake{1};

MetricFamily NewFamily(const char* name, const char* help, MetricType type) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

void Add(MetricFamily* family, double value, const char* label = nullptr, const char* label_value = nullptr) {
  prometheus::ClientMetric metric;
  if (label != nullptr) metric.label.push_back({label, label_value});
  if (family->type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family->metric.push_back(std::move(metric));
}

template <typename Value>
MetricFamily Gauge(const char* name, const char* help, Value value) {
  MetricFamily family = NewFamily(name, help, MetricType::Gauge);
  Add(&family, static_cast<double>(value));
  return family;
}

MetricFamily Counter(const char* name, const char* help, uint64_t value) {
  MetricFamily family = NewFamily(name, help, MetricType::Counter);
  Add(&family, static_cast<double>(value));
  return family;
}

void AddRegistry(const RegistryCounts& counts, std::vector<MetricFamily>* families) {
  MetricFamily ports = NewFamily("media_ports", "UDP ports of the range by state", MetricType::Gauge);
  Add(&ports, static_cast<double>(counts.ports_in_use), "state", "in_use");
  Add(&ports, static_cast<double>(counts.ports_free), "state", "free");
  Add(&ports, static_cast<double>(counts.ports_quarantined), "state", "quarantined");
  families->push_back(std::move(ports));
  families->push_back(Gauge("media_leases", "Leases held", counts.leases));
  families->push_back(Gauge("media_sessions_running", "Sessions that get packets", counts.running));
  families->push_back(Gauge("media_draining", "1: no port is leased any more", counts.draining));
  families->push_back(
      Counter("media_bind_failures_total", "Ports that could not be bound", counts.bind_failures));
  families->push_back(Counter("media_lease_rate_refusals_total",
                              "Leases refused as their owner asked too often", counts.lease_rate_refusals));
  families->push_back(Counter("media_lease_expiries_total", "Leases that ran out", counts.lease_expiries));
  MetricFamily diagnoses =
      NewFamily("media_diagnoses_total", "Silences found in sessions by cause", MetricType::Counter);
  for (size_t i = 1; i < kDiagnoses; ++i) {
    Add(&diagnoses, static_cast<double>(counts.diagnoses[i]), "kind", DiagnosisName(Diagnosis(i)));
  }
  families->push_back(std::move(diagnoses));
}

void AddPackets(const RtpStats& totals, std::vector<MetricFamily>* families) {
  families->push_back(
      Counter("media_received_packets_total", "Valid RTP packets from peers", totals.received_packets));
  families->push_back(
      Counter("media_received_bytes_total", "UDP payload of those received", totals.received_bytes));
  families->push_back(Counter("media_sent_packets_total", "RTP packets sent to peers", totals.sent_packets));
  families->push_back(Counter("media_sent_bytes_total", "UDP payload of those sent", totals.sent_bytes));
  families->push_back(Gauge("media_lost_packets", "Expected but not received, RFC 3550 A.3: may fall again",
                            totals.lost_packets));
  families->push_back(Counter("media_reordered_packets_total", "Later than one with a higher sequence number",
                              totals.reordered_packets));
  MetricFamily dropped = NewFamily("media_dropped_packets_total",
                                   "Datagrams that were not sent back by reason", MetricType::Counter);
  for (size_t i = 1; i < kDropReasons; ++i) {
    Add(&dropped, static_cast<double>(totals.dropped[i]), "reason", DropReasonName(DropReason(i)));
  }
  families->push_back(std::move(dropped));
}

}  // namespace

std::vector<MetricFamily> Metrics::Collect() const {
  std::vector<MetricFamily> families;
  AddRegistry(registry_.Counts(), &families);
  families.push_back(Gauge("media_watchers", "Streams of WatchSessions", hub_.watchers()));

  auto promise = std::make_shared<std::promise<absl::StatusOr<RtpStats>>>();
  auto answer = promise->get_future();
  pool_.ReadTotals([promise](absl::StatusOr<RtpStats> totals) { promise->set_value(std::move(totals)); });
  if (answer.wait_for(kWorkersMayTake) == std::future_status::ready) {
    if (const auto totals = answer.get(); totals.ok()) AddPackets(*totals, &families);
  }
  return families;
}

}  // namespace benari::media
