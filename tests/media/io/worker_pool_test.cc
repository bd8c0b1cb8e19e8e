#include <gtest/gtest.h>

#include <future>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/media/io/worker_pool_fixture.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

INSTANTIATE_TEST_SUITE_P(Engines, WorkerPoolTest, EnginesAndWorkers(), NameOfEngineAndWorkers);

TEST_P(WorkerPoolTest, EchoesToThePeerFromTheLeasedPort) {
  UdpPeer peer;
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  Read({socket});  // it is started
  for (const uint16_t sequence : {1, 2, 3}) {
    peer.Send(RtpBytes(sequence), Loopback(port));
    Bytes expected = RtpBytes(sequence);
    rtp::SetSsrc(0x99999999, expected);
    EXPECT_EQ(peer.Receive(), expected);
  }
  ASSERT_TRUE(RunUntil([&] { return !changes_.empty(); }));
  EXPECT_EQ(changes_[0].change, MediaChange::kFlowing);
  EXPECT_EQ(changes_[0].socket, socket);
  const SessionSnapshot last = Close(socket);
  EXPECT_EQ(last.stats.received_packets, 3u);
  EXPECT_EQ(last.stats.sent_packets, 3u);
  EXPECT_EQ(changes_.size(), 1u);
}

// The first packet says so by itself: no later one has to come, nor the next look for silence.
TEST_P(WorkerPoolTest, ThatMediaFlowsIsToldAtOnce) {
  constexpr int kSessions = 50;
  const auto began = std::chrono::steady_clock::now();
  UdpPeer peer;
  for (int i = 0; i < kSessions; ++i) {
    const auto [socket, port] = Open();
    ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
    Read({socket});
    changes_.clear();
    peer.Send(RtpBytes(1), Loopback(port));
    ASSERT_TRUE(RunUntil([&] { return !changes_.empty(); }));
    Close(socket);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, kSessions * Worker::kSweepInterval / 2);
}

TEST_P(WorkerPoolTest, NobodyElseIsAnswered) {
  UdpPeer peer;
  UdpPeer stranger;
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  Read({socket});
  for (uint16_t i = 0; i < 10; ++i) stranger.Send(RtpBytes(i), Loopback(port));
  peer.Send(RtpBytes(1), Loopback(port));
  ASSERT_TRUE(peer.Receive().has_value());
  EXPECT_TRUE(peer.Silent());
  EXPECT_TRUE(stranger.Silent());
  EXPECT_EQ(Read({socket})[0].stats.Dropped(DropReason::kStranger), 10u);
}

TEST_P(WorkerPoolTest, WithoutASessionEverythingIsDroppedAndCounted) {
  UdpPeer peer;
  const auto [socket, port] = Open();
  for (uint16_t i = 0; i < 5; ++i) peer.Send(RtpBytes(i), Loopback(port));
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (Read({socket})[0].stats.Dropped(DropReason::kNoSession) < 5) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  Read({socket});
  peer.Send(RtpBytes(9), Loopback(port));
  EXPECT_TRUE(peer.Receive().has_value());
  EXPECT_TRUE(peer.Silent());
}

TEST_P(WorkerPoolTest, AClosedPortCanBeBoundAtOnce) {
  const auto [socket, port] = Open();
  EXPECT_TRUE(absl::IsAlreadyExists(pool_->Open(port).status()));
  Close(socket);
  const auto again = pool_->Open(port);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_NE(*again, socket) << "an id is never used twice";
}

TEST_P(WorkerPoolTest, StopKeepsTheStatisticsUntilClose) {
  UdpPeer peer;
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  Read({socket});
  peer.Send(RtpBytes(1), Loopback(port));
  ASSERT_TRUE(peer.Receive().has_value());
  std::optional<SessionSnapshot> last;
  pool_->Stop(socket, [&](const SessionSnapshot& snapshot) { last = snapshot; });
  ASSERT_TRUE(RunUntil([&] { return last.has_value(); }));
  EXPECT_EQ(last->stats.sent_packets, 1u);
  peer.Send(RtpBytes(2), Loopback(port));
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (Read({socket})[0].stats.Dropped(DropReason::kNoSession) < 1) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
  EXPECT_TRUE(peer.Silent());
  EXPECT_EQ(Read({socket})[0].stats.sent_packets, 1u);
  Close(socket);
  EXPECT_EQ(Read({socket})[0].stats.sent_packets, 0u) << "an empty one where it is closed";
}

TEST_P(WorkerPoolTest, SilenceIsDiagnosed) {
  UdpPeer peer;
  const SocketId socket = Open().socket;
  ASSERT_TRUE(StartSession(socket, Start(peer, milliseconds(50))).ok());
  ASSERT_TRUE(RunUntil([&] { return !changes_.empty(); }));
  EXPECT_EQ(changes_[0].change, MediaChange::kMissing);
  EXPECT_EQ(changes_[0].snapshot.diagnosis, Diagnosis::kNothingArrived);
}

TEST_P(WorkerPoolTest, TellsOnceThatAToneIsFinished) {
  UdpPeer peer;
  const SocketId socket = Open().socket;
  SessionStart start = Start(peer);
  ToneConfig tone;
  tone.segments = {{{425}, milliseconds(40)}};
  tone.repetitions = 1;
  start.config.processor = tone;
  ASSERT_TRUE(StartSession(socket, start).ok());
  ASSERT_TRUE(RunUntil([&] { return !changes_.empty(); }));
  EXPECT_EQ(changes_[0].change, MediaChange::kFinished);
  EXPECT_EQ(changes_[0].snapshot.processor_state, ProcessorState::kFinished);
  EXPECT_EQ(Close(socket).stats.sent_packets, 2u);
  EXPECT_EQ(changes_.size(), 1u);
}

TEST_P(WorkerPoolTest, CommandsNeedABot) {
  UdpPeer peer;
  const SocketId socket = Open().socket;
  std::vector<absl::Status> answers;
  const auto send = [&] {
    pool_->CommandBot(socket, Digits{"1", milliseconds(0)},
                      [&](const absl::Status& taken) { answers.push_back(taken); });
  };
  send();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  send();
  Close(socket);
  send();
  ASSERT_TRUE(RunUntil([&] { return answers.size() == 3; }));
  for (const absl::Status& answer : answers) EXPECT_TRUE(absl::IsFailedPrecondition(answer)) << answer;
}

TEST_P(WorkerPoolTest, AnswersAreInTheOrderOfTheQuestionOverAllWorkers) {
  std::vector<std::unique_ptr<UdpPeer>> peers;
  std::vector<SocketId> sockets;
  for (int i = 0; i < 7; ++i) {
    peers.push_back(std::make_unique<UdpPeer>());
    sockets.push_back(Open().socket);
    ASSERT_TRUE(StartSession(sockets.back(), Start(*peers.back())).ok());
  }
  const auto snapshots = Read(sockets);
  ASSERT_EQ(snapshots.size(), 7u);
  for (size_t i = 0; i < 7; ++i) EXPECT_EQ(snapshots[i].peer, peers[i]->address());
  EXPECT_TRUE(Read({}).empty());
}

TEST_P(WorkerPoolTest, SocketsGoToTheWorkerThatHasTheFewest) {
  std::multiset<size_t> workers;
  std::vector<SocketId> sockets;
  for (int i = 0; i < 6; ++i) {
    sockets.push_back(Open().socket);
    workers.insert(sockets.back() % WorkerCount());
  }
  for (size_t worker = 0; worker < WorkerCount(); ++worker)
    EXPECT_EQ(workers.count(worker), 6 / WorkerCount());
  const size_t freed = sockets[4] % WorkerCount();
  Close(sockets[4]);
  EXPECT_EQ(Open().socket % WorkerCount(), freed);
}

TEST_P(WorkerPoolTest, AMegabyteOfRubbishIsDroppedAndTheSessionGoesOn) {
  UdpPeer peer;
  const auto [socket, port] = Open();
  ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
  Read({socket});
  std::mt19937 random(3);
  size_t left = 1 << 20;
  for (uint16_t i = 0; left > 0; ++i) {
    Bytes rubbish(std::min<size_t>(left, random() % 4000));
    for (uint8_t& octet : rubbish) octet = static_cast<uint8_t>(random());
    if (i % 2 == 0 && rubbish.size() > 1)
      rubbish[0] = 0x80 | (rubbish[0] & 0x3f), rubbish[1] = 8;  // nearly RTP
    peer.Send(rubbish, Loopback(port));
    left -= rubbish.size();
    while (peer.Receive(milliseconds(0))) {
    }
  }
  // The rubbish may have filled the socket, so that a packet of ours is lost: the next one is not.
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  bool answered = false;
  for (uint16_t sequence = 1; !answered && std::chrono::steady_clock::now() < deadline; ++sequence) {
    Bytes packet = RtpBytes(sequence, 8, 0x77777777);
    peer.Send(packet, Loopback(port));
    rtp::SetSsrc(0x99999999, packet);
    while (const auto answer = peer.Receive(milliseconds(100))) answered |= answer == packet;
  }
  EXPECT_TRUE(answered);
  const RtpStats stats = Read({socket})[0].stats;
  EXPECT_GT(stats.Dropped(DropReason::kVersion) + stats.Dropped(DropReason::kLength), 0u);
  EXPECT_EQ(stats.received_packets, stats.sent_packets + stats.Dropped(DropReason::kDuplicate) +
                                        stats.Dropped(DropReason::kSendFailed));
}

TEST_P(WorkerPoolTest, EndsWithSocketsOpenAndPacketsOnTheWay) {
  UdpPeer peer;
  for (int i = 0; i < 20; ++i) {
    const auto [socket, port] = Open();
    ASSERT_TRUE(StartSession(socket, Start(peer)).ok());
    peer.Send(RtpBytes(1), Loopback(port));
  }
}

// What the queue refuses leaves nothing behind. The worker is held up by one long task of its own.
TEST(WorkerProxy, AFullQueueRefusesAndStillTakesCloses) {
  RealClock clock;
  FakeBotDialer bots;
  std::atomic<int> done = 0;
  std::promise<void> holding;
  std::promise<void> release;
  bool held = false;
  WorkerProxy proxy(
      std::move(NewIoEngines(EngineKind::kAuto, 1, clock, milliseconds(1))->engines.front()), bots,
      [&](std::vector<Task> tasks) {
        if (!std::exchange(held, true)) {
          holding.set_value();
          release.get_future().wait();
        }
        for (Task& task : tasks) task();
      },
      [](const SocketChange&) {});
  ASSERT_TRUE(proxy.Read({1}, [&](auto) { ++done; }).ok());
  holding.get_future().wait();
  size_t taken = 0;
  absl::Status status;
  while (status.ok() && taken <= WorkerProxy::kMaxQueued) {
    status = proxy.Read({1}, [&](auto) { ++done; });
    if (status.ok()) ++taken;
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(taken, WorkerProxy::kMaxQueued);
  EXPECT_TRUE(absl::IsResourceExhausted(proxy.Start(1, SessionStart(), [](const SessionSnapshot&) {})));
  std::promise<void> closed;
  proxy.Close(1, [&](const SessionSnapshot&) { closed.set_value(); });
  release.set_value();
  EXPECT_EQ(closed.get_future().wait_for(seconds(20)), std::future_status::ready);
  EXPECT_EQ(static_cast<size_t>(done), taken + 1);
}

}  // namespace
}  // namespace benari::media
