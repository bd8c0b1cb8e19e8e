// Ports, leases and sessions of a node, without the sockets.
#include <benchmark/benchmark.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "media/lease/port_pool.h"
#include "media/lease/session_registry.h"
#include "tests/media/lease/fake_session_runner.h"
#include "tests/media/manual_clock.h"

namespace benari::media {
namespace {

constexpr Clock::Time kNow{std::chrono::hours(1)};
constexpr PortRange kPorts{5000, 64999};
constexpr size_t kHeldLeases = 5000;
constexpr std::chrono::milliseconds kTtl{10000};

// Takes a port and gives it back while so many others are in use.
void PortPoolTakeAndReturn(benchmark::State& state) {
  PortPool pool(kPorts, std::chrono::milliseconds(0));
  for (int64_t i = 0; i < state.range(0); ++i) pool.Take(kNow);
  std::optional<uint16_t> port;
  for (auto _ : state) {
    port = pool.Take(kNow);
    benchmark::DoNotOptimize(pool.Return(port.value_or(0), kNow));
  }
  if (!port.has_value()) state.SkipWithError("no port was free");
}
BENCHMARK(PortPoolTakeAndReturn)->ArgName("in_use")->Arg(10)->Arg(30000)->Arg(59990);

class Node {
 public:
  Node() {
    for (size_t i = 0; i < kHeldLeases; ++i) held_.Update(Lease(absl::StrCat("held.", i)));
  }

  const absl::Status& held() const { return held_; }

  absl::Status Lease(const std::string& id) { return registry_.LeasePort(owner_, id, kTtl).status(); }
  absl::Status Start(const std::string& id) {
    registry_.StartSession(owner_, id, config_, Keep());
    return Answer();
  }
  absl::Status Stop(const std::string& id) {
    registry_.StopSession(owner_, id, Keep());
    return Answer();
  }
  absl::Status Release(const std::string& id) {
    registry_.ReleasePort(owner_, id, Keep());
    return Answer();
  }

 private:
  static SessionConfig Config() {
    SessionConfig config;
    config.peer = ParseSocketAddress(Endpoint("10.0.0.5", 25000)).value();
    config.payload_type = 8;
    return config;
  }
  SessionRegistry::Options Options() {
    SessionRegistry::Options options;
    options.rtp_host = "192.0.2.1";
    options.ports = kPorts;
    options.quarantine = std::chrono::milliseconds(0);
    options.random_ssrc = [this] { return ++last_ssrc_; };
    return options;
  }
  SessionRegistry::SessionCallback Keep() {
    return [this](absl::StatusOr<SessionView> answer) { answer_ = answer.status(); };
  }
  absl::Status Answer() {
    runner_.Deliver();
    return answer_;
  }

  const OwnerId owner_{"benari", 1};
  const SessionConfig config_ = Config();
  uint32_t last_ssrc_ = 0;
  absl::Status answer_;
  absl::Status held_;
  ManualClock clock_;
  FakeSessionRunner runner_;
  SessionRegistry registry_{Options(), clock_, runner_, [](SessionEvent) {}};
};

// All requests of one call, with 5000 leases of others held.
void RegistryCall(benchmark::State& state) {
  Node node;
  uint64_t call = 0;
  absl::Status status = node.held();
  for (auto _ : state) {
    const std::string id = absl::StrCat("benari.1795432149.", ++call, ".media1");
    status.Update(node.Lease(id));
    status.Update(node.Start(id));
    status.Update(node.Stop(id));
    status.Update(node.Release(id));
  }
  if (!status.ok()) state.SkipWithError(status.ToString().c_str());
}
BENCHMARK(RegistryCall);

}  // namespace
}  // namespace benari::media
