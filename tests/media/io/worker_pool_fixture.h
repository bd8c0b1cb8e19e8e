#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "media/io/engine_choice.h"
#include "media/io/worker_pool.h"
#include "tests/media/fake_bot_dialer.h"
#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {

// A pool whose tasks run on the thread that waits for them.
class WorkerPoolTest : public ::testing::TestWithParam<std::tuple<EngineKind, size_t>> {
 protected:
  using Bytes = std::vector<uint8_t>;
  using milliseconds = std::chrono::milliseconds;
  using seconds = std::chrono::seconds;

  void SetUp() override {
    auto engines = NewIoEngines(std::get<0>(GetParam()), WorkerCount(), clock_, milliseconds(1));
    if (!engines.ok()) GTEST_SKIP() << engines.status();
    pool_ = std::make_unique<WorkerPool>(
        Loopback(0), std::move(engines->engines), ProcessorOptions(bots_),
        [this](std::vector<Task> tasks) {
          MutexLock lock(&mutex_);
          for (Task& task : tasks) tasks_.push_back(std::move(task));
          changed_.NotifyAll();
        },
        [this](const SocketChange& change) { changes_.push_back(change); });
  }

  ~WorkerPoolTest() override { pool_.reset(); }

  static size_t WorkerCount() { return std::get<1>(GetParam()); }

  // Runs tasks until `done` holds; false when it does not within a generous time.
  template <typename Condition>
  bool RunUntil(Condition done) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!done()) {
      std::vector<Task> tasks;
      {
        MutexLock lock(&mutex_);
        if (tasks_.empty()) changed_.WaitUntil(&mutex_, deadline);
        tasks.swap(tasks_);
      }
      if (tasks.empty() && std::chrono::steady_clock::now() >= deadline) return false;
      for (Task& task : tasks) task();
    }
    return true;
  }

  struct Opened {
    SocketId socket;
    uint16_t port;
  };
  // On a port of the kernel's choice, so that no test depends on what else runs here.
  Opened Open() {
    while (true) {
      const uint16_t port = UdpSocket::Bind(Loopback(0))->local().port;
      const auto socket = pool_->Open(port);
      if (socket.ok()) return {*socket, port};
      EXPECT_TRUE(absl::IsAlreadyExists(socket.status())) << socket.status();
    }
  }

  static SessionStart Start(const UdpPeer& peer, milliseconds no_media_timeout = milliseconds(0)) {
    SessionStart start;
    start.config.peer = peer.address();
    start.config.payload_type = 8;
    start.config.no_media_timeout = no_media_timeout;
    start.ssrc = 0x99999999;
    start.advertised_rtp = "127.0.0.1:1";
    return start;
  }

  absl::Status StartSession(SocketId socket, const SessionStart& start) {
    return pool_->Start(socket, start, [](const SessionSnapshot&) {});
  }

  std::vector<SessionSnapshot> Read(const std::vector<SocketId>& sockets) {
    std::optional<std::vector<SessionSnapshot>> snapshots;
    pool_->Read(sockets, [&](auto answer) { snapshots = std::move(answer).value(); });
    EXPECT_TRUE(RunUntil([&] { return snapshots.has_value(); }));
    return std::move(snapshots).value();
  }

  std::vector<WorkerTotals> ReadTotals() {
    std::optional<std::vector<WorkerTotals>> totals;
    pool_->ReadTotals([&](auto answer) { totals = std::move(answer).value(); });
    EXPECT_TRUE(RunUntil([&] { return totals.has_value(); }));
    return std::move(totals).value();
  }

  SessionSnapshot Close(SocketId socket) {
    std::optional<SessionSnapshot> last;
    pool_->Close(socket, [&](const SessionSnapshot& snapshot) { last = snapshot; });
    EXPECT_TRUE(RunUntil([&] { return last.has_value(); }));
    return std::move(last).value();
  }

  RealClock clock_;
  FakeBotDialer bots_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::vector<SocketChange> changes_;
  std::unique_ptr<WorkerPool> pool_;
};

inline auto EnginesAndWorkers() {
  return ::testing::Combine(::testing::Values(EngineKind::kEpoll, EngineKind::kIoUring),
                            ::testing::Values(1, 3));
}

inline std::string NameOfEngineAndWorkers(
    const ::testing::TestParamInfo<std::tuple<EngineKind, size_t>>& test) {
  return AbslUnparseFlag(std::get<0>(test.param)) + "_" + std::to_string(std::get<1>(test.param));
}

}  // namespace benari::media
