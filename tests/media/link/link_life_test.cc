// How links begin and end: bots that refuse, close, die, or do nothing; a node that ends.
#include <gmock/gmock.h>

#include <fstream>

#include "links_fixture.h"
#include "tests/common/certificates.h"

namespace benari::media {
namespace {

using fakes::BotConduct;
using fakes::FakeBot;
using ::testing::HasSubstr;

class LinkLifeTest : public LinksFixture {};

TEST_F(LinkLifeTest, ACleanCloseIsTheEnd) {
  for (const uint16_t code : {1000, 1001, 1005}) {
    FakeBot bot;
    const auto stream = Reach(bot);
    bot.Send(Media(StreamSid(bot, 0), "goodbye"));
    bot.Close(code);
    EXPECT_TRUE(Comes(*stream, LinkPhase::kClosed)) << code;
    EXPECT_EQ(stream->audio().queued(), 7u) << "is played to its end";
    EXPECT_EQ(bot.connections().size(), 1u);
    stream->Stop();
  }
}

TEST_F(LinkLifeTest, ABotThatIsLostIsDialledAgainForTheSameCall) {
  FakeBot bot;
  const auto stream = Reach(bot);
  int connections = 1;
  for (const bool reset : {true, false}) {
    bot.Send(Media(StreamSid(bot, static_cast<size_t>(connections) - 1), std::string(1600, 'x')));
    bot.Send(Mark(StreamSid(bot, static_cast<size_t>(connections) - 1), "of the old connection"));
    ASSERT_TRUE(Eventually([&] { return stream->marks_pending() == 1; }));
    reset ? bot.Reset() : bot.Close(1011);
    ++connections;
    ASSERT_TRUE(bot.WaitUntil([&](const Connections& all) {
      return all.size() == static_cast<size_t>(connections) && all.back().messages.size() >= 2;
    }));
    EXPECT_EQ(stream->marks_pending(), 0u);
  }
  ASSERT_TRUE(Comes(*stream, LinkPhase::kReady));
  EXPECT_EQ(Message(bot, 0, 1)["start"]["callSid"], Message(bot, 2, 1)["start"]["callSid"]);
  EXPECT_NE(StreamSid(bot, 0), StreamSid(bot, 1));
  EXPECT_NE(StreamSid(bot, 1), StreamSid(bot, 2));
  EXPECT_EQ(stream->report().connections, 3u);
  EXPECT_THAT(stream->report().last_error,
              HasSubstr(absl::StrCat("127.0.0.1:", bot.port(),
                                     " closed the WebSocket with status 1011: as the test says")));
  EXPECT_EQ(stream->report().stream_sid, StreamSid(bot, 2));
}

TEST_F(LinkLifeTest, WithoutReconnectALostBotIsLost) {
  FakeBot bot;
  const auto stream = Dial(bot.Url(), Milliseconds(0));
  ASSERT_TRUE(Comes(*stream, LinkPhase::kReady));
  bot.Reset();
  EXPECT_TRUE(Comes(*stream, LinkPhase::kLost));
}

TEST_F(LinkLifeTest, WhatMayPassIsTriedAgain) {
  options_.handshake_timeout = Milliseconds(300);
  FakeBot bot({BotConduct::Refuses(503), BotConduct::DoesNotAnswer(), BotConduct::ClosesUnanswered(),
               BotConduct::Accepts()});
  const auto stream = Reach(bot);
  EXPECT_EQ(stream->report().AllConnectFailures(), 3u);
  EXPECT_EQ(stream->report().connections, 1u);
}

TEST_F(LinkLifeTest, WhatCannotPassIsUnreachableAtOnce) {
  FakeBot bot({BotConduct::Refuses(403)});
  const auto stream = Dial(bot.Url("/geheim?token=geheim"));
  ASSERT_TRUE(Comes(*stream, LinkPhase::kUnreachable));
  EXPECT_EQ(stream->report().last_error,
            absl::StrCat("127.0.0.1:", bot.port(),
                         " answered 403 Forbidden: are its credential and its path right?"));
  EXPECT_EQ(bot.connections().size(), 1u);
}

TEST_F(LinkLifeTest, NobodyListens) {
  uint16_t port = 0;
  { port = FakeBot().port(); }
  const auto stream = Dial(absl::StrCat("ws://127.0.0.1:", port), Milliseconds(0));
  ASSERT_TRUE(Comes(*stream, LinkPhase::kUnreachable));
  EXPECT_EQ(stream->report().last_error, absl::StrCat("nothing listens at 127.0.0.1:", port));
  EXPECT_EQ(stream->report().AllConnectFailures(), 1u);
}

TEST_F(LinkLifeTest, ABotThatTakesItsTimeToAnswerIsWaitedFor) {
  FakeBot bot({BotConduct::AcceptsAfter(Milliseconds(1500))});
  const auto stream = Reach(bot);
  EXPECT_EQ(stream->report().AllConnectFailures(), 0u);
}

TEST_F(LinkLifeTest, ABotThatAnswersNoPingIsDead) {
  options_.ping_interval = Milliseconds(50);
  options_.dead_after = Milliseconds(400);
  FakeBot bot({BotConduct::DoesNotRead(), BotConduct::Accepts()});
  const auto stream = Dial(bot.Url());
  ASSERT_TRUE(Eventually([&] { return stream->report().connections == 2; }));
  EXPECT_THAT(stream->report().last_error, HasSubstr("answered no ping for 400 ms"));
}

TEST_F(LinkLifeTest, WhatMayNotBeDialledIsNot) {
  const auto stream = Dial("wss://8.8.8.8/geheim?token=geheim");
  ASSERT_TRUE(Comes(*stream, LinkPhase::kRefused));
  EXPECT_EQ(stream->report().last_error,
            "wss://8.8.8.8 may not be dialled: --bot_allow allows loopback and private addresses only");
  const auto without = Dial("ws://127.0.0.1:1", Milliseconds(0), "sales");
  ASSERT_TRUE(Comes(*without, LinkPhase::kRefused));
  EXPECT_THAT(without->report().last_error, HasSubstr("--bot_credentials_dir is not set"));
  const auto bad = Dial("http://127.0.0.1/?token=geheim");
  ASSERT_TRUE(Comes(*bad, LinkPhase::kRefused));
  EXPECT_EQ(bad->report().last_error, "the bot's URL: accepted is ws:// or wss://HOST[:PORT][/PATH]");
}

TEST_F(LinkLifeTest, AMessageBeyondTheLimitLosesTheBot) {
  FakeBot bot;
  const auto stream = Reach(bot);
  bot.Send(std::string((size_t{8} << 20) + 1, 'x'));
  ASSERT_TRUE(Eventually([&] { return stream->report().connections == 2; }));
  EXPECT_THAT(stream->report().last_error, HasSubstr("sent a message of more than 8 MiB"));
}

TEST_F(LinkLifeTest, StopEndsALinkInEachPhase) {
  options_.stop_timeout = Milliseconds(300);
  FakeBot silent({BotConduct::DoesNotAnswer()});
  auto connecting = Dial(silent.Url());
  ASSERT_TRUE(
      silent.WaitUntil([](const Connections& all) { return all.size() == 1 && !all[0].target.empty(); }));
  connecting->Stop();
  connecting.reset();
  EXPECT_TRUE(silent.WaitUntil([](const Connections& all) { return all[0].ended; }));

  FakeBot deaf({BotConduct::DoesNotRead()});
  auto stalled = Reach(deaf);
  ASSERT_TRUE(Eventually([&] {
    for (int i = 0; i < 20; ++i) stalled->SendFrame(Frame());
    return stalled->report().uplink_dropped > 0;
  }));
  stalled->Stop();
  const std::weak_ptr<BotStream> gone = stalled;
  stalled.reset();
  EXPECT_TRUE(Eventually([&] { return gone.expired(); })) << "though it does not read";

  FakeBot closes;
  auto closed = Reach(closes);
  closes.Close(1000);
  ASSERT_TRUE(Comes(*closed, LinkPhase::kClosed));
  closed->Stop();
  const std::weak_ptr<BotStream> over = closed;
  closed.reset();
  EXPECT_TRUE(Eventually([&] { return over.expired(); }));

  auto waiting = Dial("ws://127.0.0.1:1");
  ASSERT_TRUE(Eventually([&] { return waiting->report().AllConnectFailures() > 0; }));
  waiting->Stop();
  const std::weak_ptr<BotStream> waited = waiting;
  waiting.reset();
  EXPECT_TRUE(Eventually([&] { return waited.expired(); }));
}

TEST_F(LinkLifeTest, ANodeThatEndsClosesAllLinksAndStreamsMayOutliveIt) {
  options_.threads = 2;
  FakeBot bot;
  FakeBot silent({BotConduct::DoesNotAnswer()});
  FakeBot deaf({BotConduct::DoesNotRead()});
  std::vector<std::shared_ptr<BotStream>> streams = {Reach(bot), Reach(bot), Reach(deaf), Dial(silent.Url()),
                                                     Dial("ws://127.0.0.1:1")};
  links_.reset();
  EXPECT_TRUE(bot.WaitUntil([](const Connections& all) { return all[0].ended && all[1].ended; }));
  for (const auto& connection : bot.connections()) EXPECT_EQ(connection.close_code, 1000);
  for (const auto& stream : streams) {
    for (int i = 0; i < 3; ++i) stream->SendFrame(Frame());
    stream->SendDigits({"1", Milliseconds(0)});
    stream->SetPlayed(1);
    stream->Stop();
  }
  streams.clear();
}

TEST_F(LinkLifeTest, ManyLinksOnFewThreads) {
  constexpr size_t kLinks = 40, kFrames = 50;
  options_.threads = 2;
  FakeBot bot;
  std::vector<std::shared_ptr<BotStream>> streams;
  for (size_t i = 0; i < kLinks; ++i) streams.push_back(Dial(bot.Url()));
  for (const auto& stream : streams) ASSERT_TRUE(Comes(*stream, LinkPhase::kReady));
  std::vector<std::thread> workers;
  for (size_t worker = 0; worker < 2; ++worker) {
    workers.emplace_back([&streams, worker] {
      for (size_t n = 0; n < kFrames; ++n) {
        for (size_t i = worker; i < streams.size(); i += 2) {
          while (!streams[i]->SendFrame(Frame())) std::this_thread::yield();
        }
      }
      for (size_t i = worker; i < streams.size(); i += 2) {
        streams[i]->Stop();
        streams[i].reset();
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_TRUE(bot.WaitUntil([](const Connections& all) {
    return std::all_of(all.begin(), all.end(), [](const auto& connection) { return connection.ended; });
  }));
  for (const auto& connection : bot.connections()) {
    EXPECT_EQ(connection.close_code, 1000);
    EXPECT_EQ(Json::parse(connection.messages.back())["event"], "stop");
  }
}

}  // namespace
}  // namespace benari::media
