#include "tests/bench/media/ports_target.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/media/cores.h"
#include "tests/bench/media/rtp_probe.h"
#include "tests/harness/ports.h"

namespace benari::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kStartTimeout{10};
constexpr milliseconds kProbeInterval{20};

// Whether the port sends back what it is sent.
bool Answers(const Endpoint& port) {
  Load load;
  if (!load.AddSession(port.host).ok() || !load.ConnectLast(port).ok()) return false;
  LoadOptions options;
  options.sessions = 1;
  options.packets_per_s = kPacketsPerSecond;
  options.measured = kProbeInterval;
  options.waiting = Waiting::kSleep;
  return load.Run(options).received > 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Target>> PortsTarget::Start(const TargetSpec& spec, const Place& place) {
  auto target = std::make_unique<PortsTarget>();
  target->place_ = place;
  target->first_port_ = e2e::FreeUdpRange(place.ports);
  const uint16_t last_port = target->first_port_ + place.ports - 1;
  std::vector<std::string> argv = RunCommandOn(place.core);
  for (const std::string& word : spec.words) {
    argv.push_back(absl::StrReplaceAll(word, {{"{host}", place.host},
                                              {"{first}", absl::StrCat(target->first_port_)},
                                              {"{last}", absl::StrCat(last_port)}}));
  }
  target->process_ = std::make_unique<e2e::ChildProcess>(e2e::Command{spec.name, argv, {}, "", ""});
  const auto deadline = steady_clock::now() + kStartTimeout;
  for (const uint16_t port : {last_port, target->first_port_}) {
    while (!Answers(Endpoint(place.host, port))) {
      if (target->process_->Running() && steady_clock::now() < deadline) continue;
      return absl::UnavailableError(absl::StrCat(spec.name, " sends nothing back on port ", port, ":\n",
                                                 target->process_->LastLines(10)));
    }
  }
  return target;
}

absl::Status PortsTarget::GrowTo(size_t sessions, Load* load) {
  while (load->sessions() < sessions) {
    const auto port = static_cast<uint16_t>(first_port_ + load->sessions());
    if (const auto local = load->AddSession(place_.host); !local.ok()) return local.status();
    if (auto connected = load->ConnectLast(Endpoint(place_.host, port)); !connected.ok()) return connected;
  }
  return absl::OkStatus();
}

}  // namespace benari::bench
