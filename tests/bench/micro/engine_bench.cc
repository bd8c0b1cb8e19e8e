// A packet's whole way through a worker: the engine, the session and back, over loopback.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "media/io/engine_choice.h"
#include "media/io/worker.h"
#include "tests/media/no_bots.h"
#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

constexpr size_t kSessions = 8;
constexpr uint16_t kBurst = 4;  // packets of each session a round

// A worker whose sessions all have one peer.
class EchoingWorker {
 public:
  explicit EchoingWorker(EngineKind kind) {
    auto engines = NewIoEngines(kind, 1, clock_, Clock::Duration::zero());
    if (!engines.ok()) {
      error_ = std::string(engines.status().message());
      return;
    }
    worker_.emplace(std::move(engines->engines.front()), no_bots_);
    SessionStart start;
    start.config.peer = peer_.address();
    start.config.payload_type = 8;
    for (SocketId id = 1; id <= kSessions; ++id) {
      UdpSocket socket = UdpSocket::Bind(Loopback(0)).value();
      ports_.push_back(socket.local());
      worker_->Add(id, std::move(socket));
      worker_->Start(id, start);
    }
  }

  const std::string& error() const { return error_; }

  // Sends a burst to each session, and lets the worker run until all of it is back.
  void Echo() {
    for (uint16_t i = 0; i < kBurst; ++i, ++sequence_) {
      const std::vector<uint8_t> datagram = RtpBytes(sequence_);
      for (const SocketAddress& port : ports_) peer_.Send(datagram, port);
    }
    for (size_t missing = kSessions * kBurst; missing > 0;) {
      worker_->RunOnce();
      while (missing > 0 && !peer_.Silent()) --missing;
    }
  }

 private:
  const RealClock clock_;
  UdpPeer peer_;
  NoBots no_bots_;
  std::optional<Worker> worker_;
  std::vector<SocketAddress> ports_;
  uint16_t sequence_ = 0;
  std::string error_;
};

void WorkerEcho(benchmark::State& state, EngineKind kind) {
  EchoingWorker worker(kind);
  if (!worker.error().empty()) {
    state.SetLabel(worker.error());
    for (auto _ : state) {
    }
    return;
  }
  for (auto _ : state) worker.Echo();
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSessions * kBurst));
}
BENCHMARK_CAPTURE(WorkerEcho, epoll, EngineKind::kEpoll);
BENCHMARK_CAPTURE(WorkerEcho, io_uring, EngineKind::kIoUring);

}  // namespace
}  // namespace benari::media
