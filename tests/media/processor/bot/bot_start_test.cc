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

TEST(BotGreeting, WaitsForThePeersFirstPacketAndIsHeardWhole) {
  OneBot one;
  one.BeReached();
  const Bytes greeting = Loud(1000, 5);
  one.stream().AddAudio(greeting);
  one.Run(milliseconds(600));
  EXPECT_THAT(one.packets, SizeIs(31)) << "packets are sent all the time";
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
  EXPECT_EQ(one.stream().played(), 0u) << "so no mark behind it is due";
  EXPECT_EQ(one.status().queued, milliseconds(1000));
  EXPECT_FALSE(one.status().first_audio.has_value());
  one.HearFirst();
  one.Run(milliseconds(1040));
  const Bytes heard = one.TakeSent();
  EXPECT_TRUE(std::equal(greeting.begin(), greeting.end(), heard.begin())) << "with the next frame";
  EXPECT_EQ(one.stream().played(), greeting.size());
  EXPECT_EQ(one.status().counts.underruns, 0u);
}

TEST(BotGreeting, DoesNotWaitForEver) {
  OneBot one;
  one.Run(seconds(3));  // the hold counts from the moment that the bot is ready
  one.stream().SetPhase(LinkPhase::kReady);
  one.TakeSent();
  const Bytes greeting = Loud(500, 5);
  one.stream().AddAudio(greeting);
  one.Run(Bot::kGreetingHold);
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
  one.Run(milliseconds(600));
  EXPECT_EQ(one.TakeAudio(), greeting);
}

TEST(BotGreeting, OfABotThatClosesAtOnceIsHeardAllTheSame) {
  for (const bool peer_sends : {true, false}) {
    OneBot one;
    const Bytes greeting = Loud(500, 5);
    one.stream().AddAudio(greeting);
    one.stream().SetPhase(LinkPhase::kClosed);
    one.Run(milliseconds(200));
    EXPECT_EQ(one.status().phase, BotPhase::kDraining);
    if (peer_sends) one.HearFirst();
    one.Run(seconds(2));
    EXPECT_EQ(one.TakeAudio(), greeting) << peer_sends;
    EXPECT_EQ(one.status().end, BotEnd::kClosed);
  }
}

TEST(BotGreeting, AClearTakesItBackWhileItWaits) {
  OneBot one;
  one.BeReached();
  one.stream().AddAudio(Loud(1000, 5));
  one.Run(milliseconds(100));
  one.stream().Clear(one.now);
  const Bytes other = Loud(200, 7);
  one.stream().AddAudio(other);
  one.Run(kFrame);
  EXPECT_EQ(one.stream().played(), 8000u);
  one.HearFirst();
  one.Run(milliseconds(400));
  EXPECT_EQ(one.TakeAudio(), other);
}

TEST(BotGreeting, WhatFollowsDoesNotWaitForPackets) {
  OneBot one;
  one.BecomeReady();
  one.Run(seconds(5));  // of a phone on hold
  one.stream().SetPhase(LinkPhase::kReconnecting);
  one.Run(kFrame);
  one.stream().SetPhase(LinkPhase::kReady);
  one.TakeSent();
  const Bytes audio = Loud(200, 7);
  one.stream().AddAudio(audio);
  one.Run(milliseconds(260));
  EXPECT_EQ(one.TakeAudio(), audio);
}

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

TEST(BotTurns, AreCountedAndTimed) {
  OneBot one;
  one.BecomeReady();
  one.stream().AddAudio(Loud(500));
  one.RunWithPeer(seconds(1), Bytes(160, kUlawSilence));
  EXPECT_EQ(one.status().turns, 0u) << "a greeting is no answer";
  EXPECT_FALSE(one.status().last_response.has_value());
  for (const int pause_ms : {400, 1200}) {
    one.RunWithPeer(seconds(1), Loud(20));
    one.RunWithPeer(milliseconds(pause_ms), Bytes(160, kUlawSilence));
    one.stream().AddAudio(Loud(500));
    one.RunWithPeer(seconds(1), Bytes(160, kUlawSilence));
    EXPECT_NEAR(static_cast<double>(one.status().last_response.value().count()), pause_ms + 50, 60);
  }
  EXPECT_EQ(one.status().turns, 2u);
  EXPECT_NEAR(static_cast<double>(one.status().mean_response.value().count()), 850, 60);
}

TEST(BotTurns, AnInterruptionIsAClearThatThrowsAudioAway) {
  OneBot one;
  one.BecomeReady();
  one.stream().Clear(one.now);
  one.Run(kFrame);
  EXPECT_EQ(one.status().interruptions, 0u);
  one.stream().AddAudio(Loud(1000));
  one.Run(milliseconds(200));
  one.stream().Clear(one.now);
  one.Run(kFrame);
  EXPECT_EQ(one.status().interruptions, 1u);
  EXPECT_EQ(one.status().counts.clears, 2u);
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
