#include "media/node/metrics.h"

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "common/metric_family.h"
#include "media/node/bot_metrics.h"
#include "media/node/histogram_metric.h"

namespace benari::media {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::chrono::seconds kWorkersMayTake{1};

template <typename Value>
MetricFamily Gauge(const char* name, const char* help, Value value) {
  return GaugeFamily(name, help, static_cast<double>(value));
}

MetricFamily Counter(const char* name, const char* help, uint64_t value) {
  return CounterFamily(name, help, static_cast<double>(value));
}

void AddRegistry(const RegistryCounts& counts, std::vector<MetricFamily>* families) {
  MetricFamily ports = NewFamily("benari_media_ports", "UDP ports of the range by state", MetricType::Gauge);
  AddValue(static_cast<double>(counts.ports_in_use), {{"state", "in_use"}}, &ports);
  AddValue(static_cast<double>(counts.ports_free), {{"state", "free"}}, &ports);
  AddValue(static_cast<double>(counts.ports_quarantined), {{"state", "quarantined"}}, &ports);
  AddValue(static_cast<double>(counts.ports_unavailable), {{"state", "unavailable"}}, &ports);
  families->push_back(std::move(ports));
  MetricFamily leases = NewFamily("benari_media_leases", "Leases held by owner", MetricType::Gauge);
  for (const auto& [owner, held] : counts.leases)
    AddValue(static_cast<double>(held), {{"owner", owner}}, &leases);
  families->push_back(std::move(leases));
  families->push_back(Gauge("benari_media_sessions_running", "Sessions that get packets", counts.running));
  families->push_back(Gauge("benari_media_draining", "1: no port is leased any more", counts.draining));
  families->push_back(
      Counter("benari_media_bind_failures_total", "Ports that could not be bound", counts.bind_failures));
  families->push_back(Counter("benari_media_lease_rate_refusals_total",
                              "Leases refused as their owner asked too often", counts.lease_rate_refusals));
  families->push_back(
      Counter("benari_media_lease_expiries_total", "Leases that ran out", counts.lease_expiries));
  MetricFamily diagnoses =
      NewFamily("benari_media_diagnoses_total", "Silences found in sessions by cause", MetricType::Counter);
  for (size_t i = 1; i < kDiagnoses; ++i) {
    AddValue(static_cast<double>(counts.diagnoses[i]), {{"diagnosis", DiagnosisName(Diagnosis(i))}},
             &diagnoses);
  }
  families->push_back(std::move(diagnoses));
}

void AddPackets(const RtpStats& totals, std::vector<MetricFamily>* families) {
  families->push_back(Counter("benari_media_received_packets_total", "Valid RTP packets from peers",
                              totals.received_packets));
  families->push_back(
      Counter("benari_media_received_bytes_total", "UDP payload of those received", totals.received_bytes));
  families->push_back(
      Counter("benari_media_sent_packets_total", "RTP packets sent to peers", totals.sent_packets));
  families->push_back(
      Counter("benari_media_sent_bytes_total", "UDP payload of those sent", totals.sent_bytes));
  families->push_back(Gauge("benari_media_lost_packets",
                            "Expected but not received, RFC 3550 A.3: may fall again", totals.lost_packets));
  families->push_back(Counter("benari_media_reordered_packets_total",
                              "Later than one with a higher sequence number", totals.reordered_packets));
  MetricFamily dropped =
      NewFamily("benari_media_dropped_packets_total",
                "Datagrams that reached no processor, and packets that could not be sent, by reason",
                MetricType::Counter);
  for (size_t i = 1; i < kDropReasons; ++i) {
    AddValue(static_cast<double>(totals.dropped[i]), {{"reason", DropReasonName(DropReason(i))}}, &dropped);
  }
  families->push_back(std::move(dropped));
}

void AddWorkers(const std::vector<WorkerTotals>& workers, std::vector<MetricFamily>* families) {
  MetricFamily cpu =
      NewFamily("benari_media_worker_cpu_seconds_total", "CPU time of a packet thread", MetricType::Counter);
  MetricFamily rounds =
      NewFamily("benari_media_worker_round_duration_seconds",
                "Work of a packet thread between two waits; with io_uring packets are moved in the wait",
                MetricType::Histogram);
  MetricFamily jitter =
      NewFamily("benari_media_jitter_seconds",
                "Interarrival jitter (RFC 3550 A.8), observed once a second in each session "
                "that gets packets",
                MetricType::Histogram);
  RtpStats rtp;
  DurationHistogram jitter_of_all;
  BotTotals bots;
  for (size_t i = 0; i < workers.size(); ++i) {
    rtp += workers[i].rtp;
    jitter_of_all += workers[i].jitter;
    bots += workers[i].bots;
    AddValue(workers[i].cpu_seconds, {{"worker", std::to_string(i)}}, &cpu);
    AddHistogram(workers[i].rounds, {{"worker", std::to_string(i)}}, &rounds);
  }
  AddHistogram(jitter_of_all, {}, &jitter);
  AddPackets(rtp, families);
  families->push_back(std::move(jitter));
  families->push_back(std::move(cpu));
  families->push_back(std::move(rounds));
  AddBots(bots, families);
}

}  // namespace

std::vector<MetricFamily> Metrics::Collect() const {
  std::vector<MetricFamily> families = process_.Collect();
  AddRegistry(registry_.Counts(), &families);
  families.push_back(Gauge("benari_media_watchers", "Streams of WatchSessions", hub_.watchers()));

  using Answer = absl::StatusOr<std::vector<WorkerTotals>>;
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  pool_.ReadTotals([promise](Answer totals) { promise->set_value(std::move(totals)); });
  if (answer.wait_for(kWorkersMayTake) == std::future_status::ready) {
    if (const auto totals = answer.get(); totals.ok()) AddWorkers(*totals, &families);
  }
  return families;
}

}  // namespace benari::media
