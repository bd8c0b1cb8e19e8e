// The first words of a bot, the loss of one between two ticks, and what is known of its turns.
#include <gmock/gmock.h>

#include "media/processor/bot/bot.h"
#include "tests/media/processor/bot/one_bot.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::SizeIs;
using Bytes = OneBot::Bytes;

TEST(BotLoss, BetweenTwoTicksIsTold) {
  BotConfig config = Config();
  config.waiting = Ringing();
  OneBot one(config);
  one.BecomeReady();
  one.TakeSent();
  one.stream().SetPhase(LinkPhase::kReconnecting);
  one.stream().SetPhase(LinkPhase::kReady);
  one.Run(kFrame);
  EXPECT_EQ(one.bot().state(), ProcessorState::kPreparing);
  EXPECT_EQ(one.status().phase, BotPhase::kReconnecting);
  one.Run(kFrame);
  EXPECT_EQ(one.bot().state(), ProcessorState::kActive);
  one.Run(seconds(1));
  EXPECT_EQ(one.bot().state(), ProcessorState::kActive) << "it was lost once";
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence)) << "it is there, so there is no waiting tone";
}

TEST(BotLoss, ThatTicksSeeIsToldOnce) {
  OneBot one;
  one.BecomeReady();
  for (int i = 0; i < 2; ++i) {
    one.stream().SetPhase(LinkPhase::kReconnecting);
    one.stream().SetPhase(LinkPhase::kReconnecting);
    one.Run(milliseconds(100));
    EXPECT_EQ(one.bot().state(), ProcessorState::kPreparing);
    one.stream().SetPhase(LinkPhase::kReady);
    for (int tick = 0; tick < 10; ++tick) {
      one.Run(kFrame);
      EXPECT_EQ(one.bot().state(), ProcessorState::kActive) << tick;
    }
  }
}

TEST(BotDialFailures, AreCountedByReason) {
  OneBot one;
  BotLinkReport report;
  report.connect_failures[static_cast<size_t>(BotDialFailure::kTimeout)] = 2;
  report.connect_failures[static_cast<size_t>(BotDialFailure::kHttpStatus)] = 1;
  one.stream().SetReport(report);
  one.stream().SetPhase(LinkPhase::kUnreachable);
  one.Run(kFrame);
  EXPECT_EQ(one.status().link.AllConnectFailures(), 3u);
  const auto& counted = one.totals.counts.connect_failures;
  EXPECT_EQ(counted[static_cast<size_t>(BotDialFailure::kTimeout)], 2u);
  EXPECT_EQ(counted[static_cast<size_t>(BotDialFailure::kHttpStatus)], 1u);
  EXPECT_EQ(counted[static_cast<size_t>(BotDialFailure::kRefused)], 0u);
}

}  // namespace
}  // namespace benari::media
