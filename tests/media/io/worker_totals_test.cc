// What a worker counts over all its sessions, and of itself.
#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <numeric>
#include <thread>

#include "tests/media/io/worker_pool_fixture.h"

namespace benari::media {
namespace {

class WorkerTotalsTest : public WorkerPoolTest {};

INSTANTIATE_TEST_SUITE_P(Engines, WorkerTotalsTest, EnginesAndWorkers(), NameOfEngineAndWorkers);

TEST_P(WorkerTotalsTest, TotalsKeepWhatClosedSessionsCounted) {
  UdpPeer peer;
  for (int i = 0; i < 3; ++i) {
    const auto [socket, port] = Open();
    ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
    Read({socket});
    peer.Send(RtpBytes(1), Loopback(port));
    ASSERT_TRUE(peer.Receive().has_value());
    if (i < 2) Close(socket);
  }
  RtpStats rtp;
  for (const WorkerTotals& worker : ReadTotals()) rtp += worker.rtp;
  EXPECT_EQ(rtp.sent_packets, 3u);
}

// A while later, without anybody who asks for the session, and at once when it is closed.
TEST_P(WorkerTotalsTest, TotalsLearnWhatOverflowed) {
  UdpPeer peer;
  const auto overflowed = [this] {
    uint64_t sum = 0;
    for (const WorkerTotals& worker : ReadTotals()) sum += worker.rtp.Dropped(DropReason::kOverflow);
    return sum;
  };
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  const auto deadline = std::chrono::steady_clock::now() + seconds(60);
  while (overflowed() == 0 && std::chrono::steady_clock::now() < deadline) {
    for (uint16_t i = 0; i < 2000; ++i) peer.Send(RtpBytes(i), Loopback(port));
  }
  EXPECT_GT(overflowed(), 0u);
  const uint64_t last = Close(socket).stats.Dropped(DropReason::kOverflow);
  EXPECT_EQ(overflowed(), last);
}

TEST_P(WorkerTotalsTest, EachWorkerCountsItsRoundsAndTheJitterOfItsSessions) {
  UdpPeer peer;
  UdpPeer silent;
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  ASSERT_TRUE(StartSession(Open().socket, Start(silent)).ok());
  Read({socket});
  const auto observed = [](const DurationHistogram& durations) {
    return std::accumulate(durations.counts().begin(), durations.counts().end(), uint64_t{0});
  };
  const size_t worker = socket % WorkerCount();
  uint16_t sequence = 0;
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  std::vector<WorkerTotals> totals;
  do {  // until jitter has been looked at
    peer.Send(RtpBytes(++sequence), Loopback(port));
    ASSERT_TRUE(peer.Receive().has_value());
    totals = ReadTotals();
  } while (observed(totals[worker].jitter) == 0 && std::chrono::steady_clock::now() < deadline);
  EXPECT_GT(observed(totals[worker].jitter), 0u);
  ASSERT_EQ(totals.size(), WorkerCount());
  for (size_t i = 0; i < totals.size(); ++i) {
    if (i == worker) continue;
    EXPECT_EQ(observed(totals[i].jitter), 0u) << "a session without packets has none";
  }
  EXPECT_GE(observed(totals[worker].rounds), sequence) << "a round for each packet that was waited for";
  EXPECT_GT(totals[worker].rounds.sum_seconds(), 0);
}

double CpuSeconds(clockid_t clock) {
  timespec used = {};
  clock_gettime(clock, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// Moving packets is in it, whichever call of the engine does it: what this process used is what its packet
// threads and the test's own thread used.
TEST_P(WorkerTotalsTest, EachWorkerCountsItsCpuTime) {
  UdpPeer peer;
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  const auto worker_seconds = [this] {
    double sum = 0;
    for (const WorkerTotals& worker : ReadTotals()) sum += worker.cpu_seconds;
    return sum;
  };
  const double workers_before = worker_seconds();
  const double others_before = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - CpuSeconds(CLOCK_THREAD_CPUTIME_ID);
  uint16_t sequence = 0;
  double others = 0;
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (others < 0.1 && std::chrono::steady_clock::now() < deadline) {
    for (int i = 0; i < 50; ++i) peer.Send(RtpBytes(++sequence), Loopback(port));
    while (peer.Receive(milliseconds(0))) {
    }
    others = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - CpuSeconds(CLOCK_THREAD_CPUTIME_ID) - others_before;
  }
  const double workers = worker_seconds() - workers_before;
  EXPECT_GT(workers, 0.8 * others);
  EXPECT_GT(ReadTotals()[socket % WorkerCount()].cpu_seconds, 0.8 * workers) << "of the one that is busy";
}

// What arrives on one socket while others are closed is counted as received and as sent.
TEST_P(WorkerTotalsTest, PacketsThatComeWhileOthersAreClosedAreAccountedFor) {
  constexpr int kRounds = 20;
  constexpr int kOthers = 50;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SocketId> others;
    for (int i = 0; i < kOthers; ++i) others.push_back(Open().socket);
    UdpPeer peer;
    const auto [socket, port] = Open();
    ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
    Read({socket});
    std::atomic<bool> enough = false;
    std::thread flood([&, to = Loopback(port)] {
      for (uint16_t sequence = 0; !enough; ++sequence) peer.Send(RtpBytes(sequence), to);
    });
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (Read({socket})[0].stats.received_packets == 0 && std::chrono::steady_clock::now() < deadline) {
    }
    std::optional<SessionSnapshot> last;
    int closed = 0;
    for (const SocketId other : others) pool_->Close(other, [&](const SessionSnapshot&) { ++closed; });
    pool_->Stop(socket, [&](const SessionSnapshot& snapshot) { last = snapshot; });
    const bool done = RunUntil([&] { return last.has_value() && closed == kOthers; });
    enough = true;
    flood.join();
    ASSERT_TRUE(done);
    EXPECT_EQ(last->stats.received_packets, last->stats.sent_packets) << round;
    Close(socket);
  }
  RtpStats rtp;
  for (const WorkerTotals& worker : ReadTotals()) rtp += worker.rtp;
  EXPECT_EQ(rtp.received_packets, rtp.sent_packets);
}

TEST(DurationHistogram, BoundsBelongToTheirBucket) {
  DurationHistogram durations;
  for (const double each_s : {0.0, 0.00001, 0.000011, 0.25, 0.26, 100.0}) durations.Observe(each_s);
  const auto& counts = durations.counts();
  EXPECT_EQ(counts[0], 2u);
  EXPECT_EQ(counts[1], 1u);
  EXPECT_EQ(counts[counts.size() - 2], 1u);
  EXPECT_EQ(counts.back(), 2u);
  EXPECT_DOUBLE_EQ(durations.sum_seconds(), 100.510021);
  DurationHistogram twice = durations;
  twice += durations;
  EXPECT_EQ(twice.counts().back(), 4u);
  EXPECT_DOUBLE_EQ(twice.sum_seconds(), 2 * durations.sum_seconds());
}

}  // namespace
}  // namespace benari::media
