#include "tests/e2e/load/load_stage.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/harness/media_view.h"
#include "tests/harness/process_use.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{60};
constexpr seconds kRtpTimeout{15};  // below the patience: a call that SIPp gives up ends without a BYE
constexpr milliseconds kPollInterval{100};
constexpr uint16_t kRtpLast = 32'000;   // 7000 ports: 1750 calls
constexpr uint16_t kMediaPorts = 1500;  // of each node
constexpr double kWarmUpCallsPerS = 20;
constexpr int kWarmUpCalls = 40;

void Require(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

}  // namespace

std::string Left::ToString() const {
  return absl::StrCat(channels, " channels, ", bridges, " bridges, ", leases, " leases, ", ports, " ports, ",
                      asterisk_ports, " ports of Asterisk, ", sockets, " sockets, ", threads, " threads");
}

absl::StatusOr<std::unique_ptr<LoadStage>> LoadStage::Start(Options options) {
  if (!options.log_dir.empty()) std::filesystem::create_directories(options.log_dir);
  std::unique_ptr<LoadStage> stage(new LoadStage(std::move(options)));
  if (absl::Status status = stage->StartAsterisk(); !status.ok()) return status;
  if (absl::Status status = stage->StartMedia(); !status.ok()) return status;
  if (absl::Status status = stage->StartControl(); !status.ok()) return status;
  const LoadResult warm_up = stage->Run(Load{kBenari, kWarmUpCallsPerS, kWarmUpCalls});
  if (warm_up.failed > 0) return absl::AbortedError("calls without any load fail: " + warm_up.errors);
  stage->WaitUntilNothingIsLeft(kPatience);
  stage->RememberHeld();
  return stage;
}

absl::Status LoadStage::StartAsterisk() {
  AsteriskOptions asterisk;
  asterisk.log_file = LogFile("asterisk");
  asterisk.rtp_last = kRtpLast;
  asterisk.rtp_timeout = kRtpTimeout;
  auto started = AsteriskServer::Start(asterisk);
  if (!started.ok()) return started.status();
  asterisk_ = std::move(*started);
  SippOptions trunk;
  trunk.scenario = "trunk_answers";
  trunk.local = asterisk_->trunk();
  trunk.calls = 0;
  trunk.echo_rtp = true;
  trunk.trace = false;
  auto listening = Sipp::Start(trunk);
  if (!listening.ok()) return listening.status();
  trunk_ = std::move(*listening);
  return trunk_->WaitUntilListening(kPatience);
}

absl::Status LoadStage::StartMedia() {
  for (int node = 0; node < options_.nodes; ++node) {
    ServiceOptions media;
    media.rtp_ports = kMediaPorts;
    media.log_file = LogFile(absl::StrCat("media", node + 1));
    auto started = MediaProcess::Start(media);
    if (!started.ok()) return started.status();
    media_.push_back(std::move(*started));
  }
  return absl::OkStatus();
}

absl::Status LoadStage::StartControl() {
  std::vector<std::string> nodes;
  for (const auto& node : media_) nodes.push_back(node->grpc().ToString());
  ServiceOptions control;
  control.extra_flags = {"--max_calls=5000", "--media=" + absl::StrJoin(nodes, ",")};
  control.extra_flags.insert(control.extra_flags.end(), options_.control_flags.begin(),
                             options_.control_flags.end());
  control.log_file = LogFile("control");
  control.on_log_line = [this](const LogLine& line) { OnControlLine(line); };
  auto started = ControlProcess::Start(asterisk_->ari_access(), media_.front()->grpc(), control);
  if (!started.ok()) return started.status();
  control_ = std::move(*started);
  return absl::OkStatus();
}

std::string LoadStage::LogFile(const std::string& name) const {
  return options_.log_dir.empty() ? "" : absl::StrCat(options_.log_dir, "/", name, ".log");
}

void LoadStage::OnControlLine(const LogLine& line) {
  if (!absl::StrContains(line.json, "\"call ended\"")) return;
  std::lock_guard lock(mutex_);
  ++outcomes_[line.Field("outcome")];
}

std::map<std::string, int> LoadStage::Outcomes() const {
  std::lock_guard lock(mutex_);
  return outcomes_;
}

std::unique_ptr<Sipp> LoadStage::StartPhones(const Load& load) {
  SippOptions phones;
  phones.scenario = "phone_random";
  phones.remote = asterisk_->sip();
  phones.number = load.number;
  phones.calls = load.calls;
  phones.calls_per_s = load.calls_per_s;
  phones.trace = false;
  auto started = Sipp::Start(phones);
  Require(started.status());
  return std::move(*started);
}

LoadResult LoadStage::Run(const Load& load) {
  const auto media_cpu_s = [this] {
    double sum = 0;
    for (const auto& node : media_) sum += UseOf(node->process().pid()).cpu_s;
    return sum;
  };
  LoadResult result;
  result.control_cpu_s = -UseOf(control_->process().pid()).cpu_s;
  result.media_cpu_s = -media_cpu_s();
  result.asterisk_cpu_s = -UseOf(asterisk_->process().pid()).cpu_s;
  const auto phones = StartPhones(load);
  const auto took = std::chrono::duration<double>(load.calls / load.calls_per_s);
  const auto ended = phones->WaitForEnd(std::chrono::duration_cast<milliseconds>(2 * took) + kPatience);
  Require(ended.status());
  result.control_cpu_s += UseOf(control_->process().pid()).cpu_s;
  result.media_cpu_s += media_cpu_s();
  result.asterisk_cpu_s += UseOf(asterisk_->process().pid()).cpu_s;
  result.calls = ended->successful + ended->failed;
  result.failed = ended->failed;
  result.errors = ended->errors;
  return result;
}

Held LoadStage::HeldByServices() const {
  const uint16_t http_port = asterisk_->ari().server().port;
  Held sum = HeldBy(control_->process().pid(), http_port);  // without the pool of HTTP connections
  for (const auto& node : media_) {
    const Held held = HeldBy(node->process().pid());
    for (const auto& [name, count] : held.threads) sum.threads[name] += count;
    sum.udp_sockets += held.udp_sockets;
    sum.other_sockets += held.other_sockets;
  }
  return sum;
}

void LoadStage::RememberHeld() {
  services_held_ = HeldByServices();
  asterisk_held_ = HeldBy(asterisk_->process().pid());
}

Left LoadStage::Count() const {
  Left left;
  const auto channels = asterisk_->ari().Channels();
  Require(channels.status());
  const auto bridges = asterisk_->ari().Bridges();
  Require(bridges.status());
  left.channels = channels->size();
  left.bridges = bridges->size();
  for (const auto& node : media_) {
    const auto listed = MediaView(node->grpc()).ListSessions();
    Require(listed.status());
    left.leases += static_cast<size_t>(listed->sessions_size());
  }
  if (!services_held_.has_value()) return left;
  const Held services = HeldByServices();
  const Held asterisk = HeldBy(asterisk_->process().pid());
  const Held excess = Excess(services, *services_held_);
  left.ports = services.udp_sockets;
  left.asterisk_ports = Excess(asterisk, asterisk_held_).udp_sockets;
  left.sockets = excess.other_sockets;
  for (const auto& [name, more] : excess.threads) left.threads += more;
  return left;
}

Left LoadStage::WaitUntilNothingIsLeft(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  Left left = Count();
  while (left.sum() > 0 && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollInterval);
    left = Count();
  }
  return left;
}

}  // namespace benari::e2e
