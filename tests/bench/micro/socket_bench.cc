// What a scrape costs a packet thread, a socket.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "media/io/epoll_engine.h"
#include "media/io/rtp_socket.h"
#include "tests/media/no_bots.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

class OpenSocket {
 public:
  OpenSocket() {
    SessionStart start;
    start.config.peer = Loopback(25000);
    start.advertised_rtp = "127.0.0.1:26500";
    socket_.Start(start, Clock::Time(std::chrono::hours(1)));
  }
  const RtpSocket& socket() const { return socket_; }

 private:
  const RealClock clock_;
  const std::unique_ptr<IoEngine> engine_ = EpollEngine::Create(clock_, Clock::Duration::zero()).value();
  std::vector<SocketChange> changes_;
  NoBots no_bots_;
  ProcessorFactory factory_{no_bots_};
  RtpSocket socket_{1, UdpSocket::Bind(Loopback(0)).value(), *engine_, factory_, &changes_};
};

void SocketTotals(benchmark::State& state) {
  const OpenSocket open;
  for (auto _ : state) benchmark::DoNotOptimize(open.socket().Totals());
}
BENCHMARK(SocketTotals);

void SocketSnapshot(benchmark::State& state) {
  const OpenSocket open;
  for (auto _ : state) benchmark::DoNotOptimize(open.socket().Snapshot());
}
BENCHMARK(SocketSnapshot);

// That part of both which asks the system.
void SocketOverflowed(benchmark::State& state) {
  const UdpSocket socket = UdpSocket::Bind(Loopback(0)).value();
  for (auto _ : state) benchmark::DoNotOptimize(socket.Overflowed());
}
BENCHMARK(SocketOverflowed);

}  // namespace
}  // namespace benari::media
