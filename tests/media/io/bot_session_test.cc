// Sessions with a bot on real sockets; the test plays the bots' links.
#include <gmock/gmock.h>

#include "tests/media/io/worker_pool_fixture.h"

namespace benari::media {
namespace {

class BotSessionTest : public WorkerPoolTest {
 protected:
  // A session with a bot; its stream is the last one of bots_.
  Opened StartBot(const UdpPeer& peer) {
    const Opened opened = Open();
    SessionStart start = Start(peer);
    start.config.payload_type = 0;
    BotConfig bot;
    bot.url = "ws://10.0.0.7:8765/ws";
    bot.call_sid = "CA1";
    start.config.processor = bot;
    EXPECT_TRUE(StartSession(opened.socket, start).ok());
    Read({opened.socket});
    return opened;
  }

  MediaChange NextChange() {
    EXPECT_TRUE(RunUntil([&] { return !changes_.empty(); }));
    const MediaChange change = changes_.front().change;
    changes_.erase(changes_.begin());
    return change;
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, BotSessionTest, EnginesAndWorkers(), NameOfEngineAndWorkers);

TEST_P(BotSessionTest, ItsPhasesAreTold) {
  UdpPeer peer;
  const SocketId socket = StartBot(peer).socket;
  EXPECT_EQ(Read({socket})[0].processor_state, ProcessorState::kPreparing);
  BotStream& stream = *bots_.streams.at(0);
  stream.SetPhase(LinkPhase::kReady);
  EXPECT_EQ(NextChange(), MediaChange::kBotReady);
  stream.SetPhase(LinkPhase::kReconnecting);
  EXPECT_EQ(NextChange(), MediaChange::kBotLost);
  stream.SetPhase(LinkPhase::kReady);
  EXPECT_EQ(NextChange(), MediaChange::kBotReady);
  stream.SetPhase(LinkPhase::kReconnecting);
  stream.SetPhase(LinkPhase::kReady);
  EXPECT_EQ(NextChange(), MediaChange::kBotLost) << "though it was back before a tick";
  EXPECT_EQ(NextChange(), MediaChange::kBotReady);
  stream.SetPhase(LinkPhase::kClosed);
  ASSERT_TRUE(RunUntil([&] { return !changes_.empty(); }));
  EXPECT_EQ(changes_[0].change, MediaChange::kFinished);
  EXPECT_EQ(changes_[0].snapshot.processor_state, ProcessorState::kFinished);
  ASSERT_TRUE(changes_[0].snapshot.bot.has_value());
  EXPECT_EQ(changes_[0].snapshot.bot->end, BotEnd::kClosed);
}

TEST_P(BotSessionTest, TheEndOfASessionIsTheEndOfItsBot) {
  UdpPeer peer;
  const SocketId stopped = StartBot(peer).socket;
  const SocketId closed = StartBot(peer).socket;
  StartBot(peer);
  std::optional<SessionSnapshot> last;
  pool_->Stop(stopped, [&](const SessionSnapshot& snapshot) { last = snapshot; });
  ASSERT_TRUE(RunUntil([&] { return last.has_value(); }));
  EXPECT_EQ(last->bot->end, BotEnd::kStopped);
  EXPECT_TRUE(bots_.streams[0]->stopped());
  EXPECT_FALSE(bots_.streams[1]->stopped());
  Close(closed);
  EXPECT_TRUE(bots_.streams[1]->stopped());
  EXPECT_FALSE(bots_.streams[2]->stopped());
  pool_.reset();
  EXPECT_TRUE(bots_.streams[2]->stopped()) << "the node ends";
}

TEST_P(BotSessionTest, DigitsReachIt) {
  UdpPeer peer;
  const SocketId socket = StartBot(peer).socket;
  std::optional<absl::Status> sent;
  pool_->CommandBot(socket, Digits{"42#", milliseconds(80)},
                    [&](const absl::Status& status) { sent = status; });
  ASSERT_TRUE(RunUntil([&] { return sent.has_value(); }));
  EXPECT_TRUE(sent->ok()) << *sent;
  const std::vector<Digits> digits = bots_.streams[0]->TakeDigits();
  ASSERT_EQ(digits.size(), 1u);
  EXPECT_EQ(digits[0].digits, "42#");
  EXPECT_EQ(digits[0].duration, milliseconds(80));
}

TEST_P(BotSessionTest, BothSidesHearEachOther) {
  UdpPeer peer;
  const auto [socket, port] = StartBot(peer);
  BotStream& stream = *bots_.streams.at(0);
  stream.SetPhase(LinkPhase::kReady);
  EXPECT_EQ(NextChange(), MediaChange::kBotReady);
  bots_.TakeFrames();
  stream.AddAudio(std::vector<uint8_t>(1600, 0x21));
  size_t heard = 0;
  while (heard < 1600) {
    const auto datagram = peer.Receive();
    ASSERT_TRUE(datagram.has_value());
    heard +=
        static_cast<size_t>(std::count(datagram->begin() + rtp::kFixedHeaderBytes, datagram->end(), 0x21));
  }
  EXPECT_EQ(heard, 1600u);
  peer.Send(RtpBytes(7, 0), Loopback(port));
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  bool reached = false;
  while (!reached && std::chrono::steady_clock::now() < deadline) {
    for (const Frame& frame : bots_.TakeFrames()) reached |= frame[80] == 7;
  }
  EXPECT_TRUE(reached);
  BotTotals totals;
  for (const WorkerTotals& worker : ReadTotals()) totals += worker.bots;
  EXPECT_EQ(totals.counts.played_bytes, 1600u);
  EXPECT_EQ(totals.phases[static_cast<size_t>(BotPhase::kReady)], 1u);
}

}  // namespace
}  // namespace benari::media
