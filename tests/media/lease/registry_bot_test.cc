// Sessions with a bot: digits, and what happens to it as events.
#include <gmock/gmock.h>

#include "tests/media/lease/registry_fixture.h"

namespace benari::media {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RegistryBotTest : public RegistryTest {
 protected:
  static SessionConfig WithBot() {
    SessionConfig config = Config();
    BotConfig bot;
    bot.url = "ws://10.0.0.7:8765/ws";
    bot.call_sid = "CA1";
    config.processor = bot;
    return config;
  }

  std::vector<std::string> DigitsOf(uint16_t port) {
    std::vector<std::string> all;
    for (const BotCommand& command : runner_.sockets.at(runner_.IdOfPort(port)).commands)
      all.push_back(std::get<Digits>(command).digits);
    return all;
  }
};

TEST_F(RegistryBotTest, DigitsReachTheBotInTheirOrder) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a", WithBot()).ok());
  EXPECT_TRUE(SendDigits("a", "1").ok());
  EXPECT_TRUE(SendDigits("a", "2#").ok());
  EXPECT_THAT(DigitsOf(100), ElementsAre("1", "2#"));
  runner_.command_failure = absl::ResourceExhaustedError("too many");
  EXPECT_EQ(SendDigits("a", "3"), runner_.command_failure);
}

TEST_F(RegistryBotTest, DigitsWithoutABotAreRefused) {
  EXPECT_TRUE(absl::IsNotFound(SendDigits("a", "1")));
  ASSERT_TRUE(LeasePort("a").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(SendDigits("a", "1"))) << "no session";
  ASSERT_TRUE(StartSession("a").ok());
  const absl::Status echo = SendDigits("a", "1");
  EXPECT_TRUE(absl::IsFailedPrecondition(echo));
  EXPECT_THAT(std::string(echo.message()), HasSubstr("no bot runs on lease_id a"));
  ASSERT_TRUE(StopSession("a").ok());
  ASSERT_TRUE(StartSession("a", WithBot()).ok());
  ASSERT_TRUE(StopSession("a").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(SendDigits("a", "1"))) << "stopped";
  EXPECT_THAT(DigitsOf(100), ElementsAre());
}

TEST_F(RegistryBotTest, DigitsOfOthersAreRefused) {
  ASSERT_TRUE(LeasePort("a", {"benari", 2}).ok());
  ASSERT_TRUE(StartSession("a", WithBot(), {"benari", 2}).ok());
  EXPECT_TRUE(absl::IsAborted(SendDigits("a", "1", {"benari", 1})));
  EXPECT_TRUE(absl::IsPermissionDenied(SendDigits("a", "1", {"other", 1})));
  EXPECT_TRUE(SendDigits("a", "1", {"benari", 2}).ok());
}

TEST_F(RegistryBotTest, WhatHappensToTheBotIsAnEvent) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a", WithBot()).ok());
  const SocketId socket = runner_.IdOfPort(100);
  SessionSnapshot snapshot = runner_.sockets.at(socket).snapshot;
  snapshot.bot.emplace();
  snapshot.bot->link.stream_sid = "MZ1";
  registry_.OnMediaChange(socket, MediaChange::kBotReady, snapshot);
  registry_.OnMediaChange(socket, MediaChange::kBotLost, snapshot);
  registry_.OnMediaChange(socket, MediaChange::kFinished, snapshot);
  std::vector<EventKind> kinds;
  for (const SessionEvent& event : events_) kinds.push_back(event.kind);
  EXPECT_THAT(kinds, ElementsAre(EventKind::kStarted, EventKind::kBotReady, EventKind::kBotLost,
                                 EventKind::kFinished));
  EXPECT_EQ(events_[1].session.snapshot.bot->link.stream_sid, "MZ1");
}

}  // namespace
}  // namespace benari::media
