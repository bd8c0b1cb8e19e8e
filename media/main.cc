#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/build_info.h"
#include "common/clock.h"
#include "common/grpc_setup.h"
#include "common/log.h"
#include "common/network_reach.h"
#include "media/node/config.h"
#include "media/node/health_check.h"
#include "media/node/node.h"

namespace {

using benari::Clock;
using benari::Endpoint;
using benari::media::Config;
using benari::media::Node;
namespace log = benari::log;

constexpr std::chrono::milliseconds kDrainPoll{50};
constexpr std::chrono::seconds kControlHearsOfDrain{1};  // two of its KeepAlives
constexpr std::chrono::hours kLongWait{1};
constexpr rlim_t kOtherFiles = 256;  // gRPC's connections, epoll, logs

// Those that end the process, and SIGHUP: a terminal that closes, or a log rotation.
sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// True when a signal to end came within `timeout`.
bool WaitForEndSignal(std::chrono::nanoseconds timeout) {
  const sigset_t signals = Signals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  const timespec wait = {seconds.count(), (timeout - seconds).count()};
  const int signal = sigtimedwait(&signals, nullptr, &wait);
  if (signal == SIGHUP) log::Info("SIGHUP is ignored: flags are read at the start only");
  return signal > 0 && signal != SIGHUP;
}

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
void Drain(const Config& config, Node* node) {
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
    if (WaitForEndSignal(kDrainPoll)) {
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
  while (!WaitForEndSignal(kLongWait)) {
  }
  Drain(config, node->get());
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
