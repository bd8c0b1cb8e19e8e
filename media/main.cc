#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/build_info.h"
#include "common/clock.h"
#include "common/grpc_setup.h"
#include "common/log.h"
#include "common/network_reach.h"
#include "common/service_manager.h"
#include "media/node/config.h"
#include "media/node/health_check.h"
#include "media/node/node.h"

namespace {

using benari::Clock;
using benari::Endpoint;
using benari::ServiceManager;
using benari::media::Config;
using benari::media::Node;
namespace log = benari::log;

constexpr std::chrono::milliseconds kDrainPoll{50};
constexpr std::chrono::seconds kControlHearsOfDrain{1};  // two of its KeepAlives
constexpr std::chrono::hours kLongWait{1};
constexpr rlim_t kOtherFiles = 256;  // gRPC's connections, epoll, logs

// Those that end the process, and SIGHUP.
sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// What SIGHUP asks for happens by itself; whether the files are good is said.
void CheckFiles(const Config& config, const Clock& clock) {
  benari::WarnOfChangedSettings(config.settings_files);
  benari::FlagErrors errors;
  const benari::TlsFiles& tls = config.bots.links.tls;
  benari::CheckTlsFiles(config.grpc_tls, benari::media::GrpcTlsFlags(), clock.WallNow(), &errors);
  benari::CheckTlsFiles(tls, benari::media::BotTlsFlags(), clock.WallNow(), &errors);
  for (const std::string& why : errors.lines()) log::Warning("SIGHUP: a file is wrong", {{"why", why}});
  if (!errors.lines().empty()) return;
  std::vector<std::string> files = {config.grpc_tls.ca,
                                    config.grpc_tls.cert,
                                    config.grpc_tls.key,
                                    tls.ca,
                                    tls.cert,
                                    tls.key,
                                    config.bots.links.credentials_dir};
  files.erase(std::remove(files.begin(), files.end(), ""), files.end());
  log::Info("SIGHUP: certificates and credentials are good; they are read again whenever they change",
            {{"files", absl::StrJoin(files, ",")}});
}

// The main thread: waits for signals, and reports to the service manager meanwhile.
class Watch {
 public:
  Watch(const Config& config, const Clock& clock, Node& node) : config_(config), clock_(clock), node_(node) {}

  ServiceManager& manager() { return manager_; }

  // The status comes first: whoever waited for the start may read it at once.
  void Ready() {
    Report("serving");
    manager_.Ready();
  }

  // Returns true when a signal to end came within `timeout`.
  bool WaitForEndSignal(absl::string_view doing, std::chrono::nanoseconds timeout) {
    const sigset_t signals = Signals();
    const auto nap = std::min<std::chrono::nanoseconds>(timeout, manager_.interval().value_or(kLongWait));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(nap);
    const timespec wait = {seconds.count(), (nap - seconds).count()};
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGHUP) Reload();
    Report(doing);
    return signal > 0 && signal != SIGHUP;
  }

 private:
  // A node whose workers hang is none that lives, so their answers and not only this thread's turns count.
  static constexpr int kTicksUntilHung = 3;

  void Reload() {
    manager_.Reloading();
    CheckFiles(config_, clock_);
    manager_.Reloaded();
  }

  void Report(absl::string_view doing) {
    if (!manager_.interval() || clock_.Now() - reported_ < *manager_.interval()) return;
    reported_ = clock_.Now();
    const std::string status =
        absl::StrCat(doing, ": ", node_.ports_in_use(), " of ", config_.rtp_ports.size(), " ports in use");
    if (node_.Responds()) {
      if (unanswered_ >= kTicksUntilHung) log::Info("the worker threads respond again");
      unanswered_ = 0;
      return manager_.Tick(status);
    }
    if (++unanswered_ == kTicksUntilHung)
      log::Error("a worker thread hangs; the service manager is not told that this node lives");
    manager_.TickWithoutWatchdog(status);
  }

  const Config& config_;
  const Clock& clock_;
  Node& node_;
  ServiceManager manager_;
  Clock::Time reported_{};
  int unanswered_ = 0;
};

// Every leased port is an open socket, and a bot on it is another one.
void RaiseFileLimit(size_t ports) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * ports + kOtherFiles) {
    log::Warning("limit of open files is too low for a bot on each RTP port",
                 {{"nofile", limit.rlim_cur}, {"needed", 2 * ports + kOtherFiles}});
  }
}

void WarnIfOpen(const Config& config) {
  if (!config.grpc_tls.cert.empty() || !benari::IsOpenToStrangers(config.grpc_listen)) return;
  log::Warning(
      "gRPC has no TLS and is reachable from public networks: set --grpc_tls_cert_file, "
      "--grpc_tls_key_file and --grpc_tls_client_ca_file, or listen on loopback or a private network",
      {{"grpc_listen", config.grpc_listen.ToString()}});
}

// Waits until all leases are released and control has heard that this node drains, the drain timeout expires,
// or a second signal arrives. A node that ends unannounced would be treated as lost.
void Drain(const Config& config, Node* node, Watch* watch) {
  watch->manager().Stopping();
  node->StartDraining();
  log::Info("draining", {{"ports_in_use", node->ports_in_use()},
                         {"drain_seconds", benari::AbslUnparseFlag(config.drain)}});
  const auto begun = std::chrono::steady_clock::now();
  const auto lasts = [begun] { return std::chrono::steady_clock::now() - begun; };
  while (node->ports_in_use() > 0 || (node->watchers() > 0 && lasts() < kControlHearsOfDrain)) {
    if (!config.drain.infinite() && lasts() >= config.drain.ms()) {
      if (node->ports_in_use() == 0) break;
      return log::Warning("drain timeout expired", {{"ports_in_use", node->ports_in_use()}});
    }
    if (watch->WaitForEndSignal("draining", kDrainPoll)) {
      return log::Warning("second signal received, ending at once", {{"ports_in_use", node->ports_in_use()}});
    }
  }
  log::Info("drained");
}

int Serve(const Config& config) {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there are threads, which inherit it
  log::Init(config.log_format, config.log_level);
  RaiseFileLimit(config.rtp_ports.size());

  const benari::RealClock clock;
  auto node = Node::Start(config, clock);
  if (!node.ok()) {
    std::fprintf(stderr, "%s\n", std::string(node.status().message()).c_str());
    return 1;
  }
  const auto where = [](const Endpoint& served) { return served.host.empty() ? "" : served.ToString(); };
  log::Info("serving", {{"node", config.node_name},
                        {"grpc", (*node)->grpc().ToString()},
                        {"health", where((*node)->health())},
                        {"metrics", where((*node)->metrics())},
                        {"rtp_ports", absl::StrCat(config.rtp_ports.min, "..", config.rtp_ports.max)},
                        {"io_engine", benari::media::AbslUnparseFlag((*node)->io_engine())}});
  const std::string no_io_uring = (*node)->no_io_uring();
  if (!no_io_uring.empty()) log::Info("io_uring is not available, using epoll", {{"why", no_io_uring}});
  WarnIfOpen(config);
  benari::WarnOfAnotherCa(config.grpc_tls, benari::media::GrpcTlsFlags(), clock.WallNow());
  Watch watch(config, clock, **node);
  watch.Ready();
  while (!watch.WaitForEndSignal("serving", kLongWait)) {
  }
  Drain(config, node->get(), &watch);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  benari::PrintVersionIfAsked(argc, argv, "media");
  benari::FlagErrors errors;
  Config config = benari::media::ReadConfig(argc, argv, &errors);
  errors.ExitIfAny();
  config.build = benari::ThisBuild("media");
  benari::SetUpGrpc();
  return config.healthcheck ? benari::media::CheckHealth(config) : Serve(config);
}
