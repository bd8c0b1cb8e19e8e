// How evenly a worker sends what has a clock of its own: tones, a packet each 20 ms in each session.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "media/io/engine_choice.h"
#include "media/io/worker_pool.h"
#include "media/processor/frame_clock.h"
#include "tests/bench/media/cores.h"
#include "tests/media/no_bots.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

constexpr size_t kSessions = 200;
constexpr double kPeriodMs = 20;
constexpr int kPeriods = 150;

// A peer of all sessions that knows when the kernel had each packet, so that its own delays are in no figure.
class Listener {
 public:
  Listener() {
    const int on = 1;
    setsockopt(socket_.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    const int bytes = 4 << 20;
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  SocketAddress address() const { return socket_.local(); }

  // Waits for a packet, and keeps how far from 20 ms it is behind the one before of its session.
  bool Receive() {
    pollfd ready = {.fd = socket_.fd(), .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, 10000) != 1) return false;
    uint8_t bytes[2048];
    Sockaddr source;
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(timespec))];
    iovec vector = {bytes, sizeof bytes};
    msghdr message = {};
    message.msg_name = &source;
    message.msg_namelen = sizeof source;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(socket_.fd(), &message, 0) < 0) return false;
    timespec at;
    std::memcpy(&at, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof at);
    const double ms = static_cast<double>(at.tv_sec) * 1e3 + static_cast<double>(at.tv_nsec) / 1e6;
    double& last = last_ms_[FromSockaddr(source).port];
    if (last > 0) off_ms_.push_back(std::abs(ms - last - kPeriodMs));
    last = ms;
    return true;
  }

  // By how much so large a part of the spacings is off, at most.
  double OffMs(double part) {
    if (off_ms_.empty()) return 0;
    std::sort(off_ms_.begin(), off_ms_.end());
    return off_ms_[static_cast<size_t>(part * static_cast<double>(off_ms_.size() - 1))];
  }

 private:
  UdpSocket socket_ = UdpSocket::Bind(Loopback(0)).value();
  std::map<uint16_t, double> last_ms_;
  std::vector<double> off_ms_;
};

SessionStart ToneFor(const SocketAddress& peer, uint32_t ssrc) {
  SessionStart start;
  start.config.peer = peer;
  start.config.payload_type = 8;
  ToneConfig tone;
  tone.segments = {{{350, 440}, std::chrono::milliseconds(1000)}};
  start.config.processor = tone;
  start.ssrc = ssrc;
  return start;
}

// One iteration is one period of all sessions. The worker is on the first core, before all others there.
void ToneSpacing(benchmark::State& state, EngineKind kind) {
  const RealClock clock;
  auto engines = NewIoEngines(kind, 1, clock, std::chrono::milliseconds(1));
  if (!engines.ok()) {
    state.SetLabel(std::string(engines.status().message()));
    for (auto _ : state) {
    }
    return;
  }
  Listener listener;
  NoBots no_bots;
  std::optional<WorkerPool> pool;
  std::thread starter([&pool, &engines, &no_bots] {  // whose core and priority the worker has
    (void)bench::RunOn({bench::AllowedCores().front()});
    bench::GoBeforeOthers(bench::Waiting::kSleep);
    pool.emplace(
        Loopback(0), std::move(engines->engines), no_bots,
        [](std::vector<Task> tasks) {
          for (Task& task : tasks) task();
        },
        [](const SocketChange&) {});
  });
  starter.join();
  for (uint32_t i = 0; i < kSessions; ++i) {
    const auto socket = pool->Open(0);
    if (!socket.ok()) return state.SkipWithError("no port");
    (void)pool->Start(*socket, ToneFor(listener.address(), i + 1), [](const SessionSnapshot&) {});
  }
  for (auto _ : state) {
    for (size_t i = 0; i < kSessions; ++i) {
      if (!listener.Receive()) return state.SkipWithError("no packet came");
    }
  }
  state.counters["off_p50_ms"] = listener.OffMs(0.5);
  state.counters["off_p99_ms"] = listener.OffMs(0.99);
  state.counters["off_max_ms"] = listener.OffMs(1);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSessions));
}
BENCHMARK_CAPTURE(ToneSpacing, epoll, EngineKind::kEpoll)->Iterations(kPeriods)->UseRealTime();
BENCHMARK_CAPTURE(ToneSpacing, io_uring, EngineKind::kIoUring)->Iterations(kPeriods)->UseRealTime();

// What making a frame costs, without sending it.
void ToneFrame(benchmark::State& state) {
  class Nowhere : public rtp::Outlet {
   public:
    void SendToPeer(std::span<const uint8_t> datagram) override { benchmark::DoNotOptimize(datagram.data()); }
  };
  Nowhere nowhere;
  Clock::Time now{std::chrono::hours(1)};
  NoBots no_bots;
  ProcessorFactory factory(no_bots);
  Session session(ToneFor(Loopback(25000), 1), nowhere, factory, now);
  for (auto _ : state) {
    session.OnTick(now);
    now += FrameClock::kFrame;
  }
}
BENCHMARK(ToneFrame);

}  // namespace
}  // namespace benari::media
