#include "media/processor/bot/bot.h"

#include <gmock/gmock.h>

#include "tests/media/processor/bot/one_bot.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Bytes = OneBot::Bytes;

TEST(Bot, IsDialledAtOnceAndPrepared) {
  OneBot one;
  ASSERT_THAT(one.bots.dialled, ElementsAre(Config()));
  EXPECT_EQ(one.bot().state(), ProcessorState::kPreparing);
  EXPECT_EQ(one.status().phase, BotPhase::kConnecting);
  one.Run(kFrame);
  EXPECT_EQ(one.InPhase(BotPhase::kConnecting), 1u);
  one.BecomeReady();
  EXPECT_EQ(one.bot().state(), ProcessorState::kActive);
  EXPECT_EQ(one.status().phase, BotPhase::kReady);
  EXPECT_EQ(one.InPhase(BotPhase::kConnecting), 0u);
  EXPECT_EQ(one.InPhase(BotPhase::kReady), 1u);
}

TEST(Bot, IsHeardSampleBySampleEach20Ms) {
  OneBot one;
  one.BecomeReady();
  one.TakeSent();
  const Bytes audio = Loud(1010, 3);
  one.stream().AddAudio(audio);
  one.Run(seconds(2));
  EXPECT_THAT(one.packets, SizeIs(101));
  for (size_t i = 1; i < one.packets.size(); ++i) {
    EXPECT_EQ(one.packets[i].timestamp, one.packets[i - 1].timestamp + 160) << i;
    EXPECT_EQ(one.packets[i].sequence, static_cast<uint16_t>(one.packets[i - 1].sequence + 1)) << i;
  }
  EXPECT_EQ(one.TakeAudio(), audio);
  EXPECT_EQ(one.status().counts.played_bytes, audio.size());
  EXPECT_EQ(one.stream().played(), audio.size());
  ASSERT_TRUE(one.status().first_audio.has_value());
  EXPECT_EQ(Observed(one.totals.first_audio), 1u);
  EXPECT_EQ(one.totals.counts.played_bytes, audio.size());
}

TEST(Bot, IsHeardInTheCodecOfTheLeg) {
  const Bytes audio = Loud(20);
  OneBot alaw(Config(), 8);
  OneBot slin(Config(), 10);
  for (OneBot* one : {&alaw, &slin}) {
    one->BecomeReady();
    one->stream().AddAudio(audio);
    one->Run(milliseconds(200));
  }
  Bytes expected;
  for (const uint8_t code : audio) expected.push_back(kUlawToAlaw[code]);
  EXPECT_THAT(alaw.sent, testing::Contains(expected));
  EXPECT_THAT(alaw.sent, Each(SizeIs(160)));
  expected.clear();
  for (const uint8_t code : audio) {
    expected.push_back(static_cast<uint8_t>(kUlawToLinear[code] >> 8));
    expected.push_back(static_cast<uint8_t>(kUlawToLinear[code]));
  }
  EXPECT_THAT(slin.sent, testing::Contains(expected));
}

TEST(Bot, HearsThePeerFromTheMomentItIsReady) {
  OneBot one;
  one.RunWithPeer(milliseconds(200), Loud(20, 1));
  EXPECT_THAT(one.bots.TakeFrames(), IsEmpty()) << "before it is ready";
  one.BecomeReady();
  one.bots.TakeFrames();
  one.RunWithPeer(milliseconds(200), Loud(20, 2));
  const std::vector<Frame> frames = one.bots.TakeFrames();
  EXPECT_THAT(frames, SizeIs(10));
  const Bytes spoken = Loud(20, 2);
  EXPECT_TRUE(std::equal(spoken.begin(), spoken.end(), frames.back().begin()));
  EXPECT_GE(one.status().counts.uplink_frames, 10u);
  EXPECT_EQ(one.status().counts.uplink_dropped, 0u);
}

TEST(Bot, HearsWhatIsSaidBeforeATickSeesThatItIsReady) {
  OneBot one;
  one.Run(kFrame);
  one.stream().SetPhase(LinkPhase::kReady);
  one.Hear(Loud(20, 2));
  const std::vector<Frame> frames = one.bots.TakeFrames();
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_THAT(Bytes(frames[0].begin(), frames[0].end()), Loud(20, 2));
  one.stream().SetPhase(LinkPhase::kReconnecting);
  one.Hear(Loud(20, 3));
  EXPECT_THAT(one.bots.TakeFrames(), IsEmpty()) << "nobody is there";
}

TEST(Bot, HearsALegInALaw) {
  OneBot one(Config(), 8);
  one.BecomeReady();
  one.bots.TakeFrames();
  one.Hear(Bytes(160, 0x2a));
  const std::vector<Frame> frames = one.bots.TakeFrames();
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_THAT(frames[0], Each(kAlawToUlaw[0x2a]));
}

TEST(Bot, HearsSilenceWhileNothingArrives) {
  OneBot one;
  one.BecomeReady();
  one.bots.TakeFrames();
  for (int i = 0; i < 50; ++i) {
    one.Run(kFrame);
    one.bots.TakeFrames();
  }
  EXPECT_NEAR(static_cast<double>(one.status().counts.uplink_frames), 50, 5);
  EXPECT_GE(one.status().counts.uplink_filled, 45u);
}

TEST(Bot, WhatALinkThatIsBehindDoesNotTakeIsCounted) {
  OneBot one;
  one.BecomeReady();
  one.bots.TakeFrames();
  one.RunWithPeer(seconds(2), Loud(20));
  EXPECT_EQ(one.status().counts.uplink_frames, FrameQueue::kCapacity);
  EXPECT_EQ(one.status().counts.uplink_dropped, 100 - FrameQueue::kCapacity);
}

TEST(Bot, AToneIsPlayedUntilItIsReady) {
  BotConfig config = Config();
  config.waiting = Ringing();
  OneBot one(config);
  one.Run(milliseconds(400));
  ASSERT_THAT(one.sent, SizeIs(20));
  for (size_t i = 0; i < one.sent.size(); ++i) {
    EXPECT_EQ(VoiceActivity::IsLoud(one.sent[i]), i / 5 % 2 == 0) << i;
  }
  one.BecomeReady();
  one.TakeSent();
  one.Run(milliseconds(400));
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
}

TEST(Bot, WithoutAToneThereIsSilence) {
  OneBot one;
  one.Run(milliseconds(200));
  EXPECT_THAT(one.sent, SizeIs(10));
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
}

TEST(Bot, ATonesRepetitionsEnd) {
  BotConfig config = Config();
  config.waiting = Ringing();
  config.waiting->repetitions = 1;
  OneBot one(config);
  one.Run(milliseconds(200));
  one.TakeSent();
  one.Run(milliseconds(400));
  EXPECT_THAT(one.sent, SizeIs(20));
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
}

// The link adds audio and says that it is ready; the worker sees the one before the other.
TEST(Bot, AudioBeforeReadyIsPlayedInPlaceOfTheTone) {
  BotConfig config = Config();
  config.waiting = Ringing();
  OneBot one(config);
  one.HearFirst();
  one.Run(milliseconds(100));
  one.TakeSent();
  const Bytes audio = Loud(60, 5);
  one.stream().AddAudio(audio);
  one.Run(milliseconds(60));
  EXPECT_EQ(one.TakeSent(), audio);
}

TEST(Bot, ALostOneIsWaitedForWithItsTone) {
  BotConfig config = Config();
  config.waiting = Ringing();
  OneBot one(config);
  one.BecomeReady();
  const Bytes audio = Loud(100, 7);
  one.stream().AddAudio(audio);
  one.Run(kFrame);
  one.stream().SetPhase(LinkPhase::kReconnecting);
  one.TakeSent();
  one.Run(milliseconds(400));
  EXPECT_EQ(one.status().phase, BotPhase::kReconnecting);
  EXPECT_EQ(one.bot().state(), ProcessorState::kPreparing);
  const Bytes heard = one.TakeSent();
  EXPECT_NE(std::search(heard.begin(), heard.end(), audio.begin() + 160, audio.end()), heard.end())
      << "what was queued is played on";
  EXPECT_TRUE(VoiceActivity::IsLoud(Bytes(heard.end() - 160 * 6, heard.end()))) << "then comes the tone";
  one.bots.TakeFrames();
  one.RunWithPeer(milliseconds(200), Loud(20));
  EXPECT_THAT(one.bots.TakeFrames(), IsEmpty()) << "nobody is there who could hear";
  one.BecomeReady();
  EXPECT_EQ(one.bot().state(), ProcessorState::kActive);
}

TEST(Bot, AClearIsCarriedOutWithTheNextFrame) {
  OneBot one;
  one.BecomeReady();
  one.stream().AddAudio(Loud(2000));
  one.Run(milliseconds(200));
  one.stream().Clear(one.now);
  one.TakeSent();
  one.Run(milliseconds(100));
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
  EXPECT_EQ(one.status().queued, milliseconds(0));
  EXPECT_GT(one.status().counts.cleared_bytes, 1700u * 8);
  EXPECT_EQ(one.status().counts.clears, 1u);
  EXPECT_EQ(Observed(one.totals.barge_in), 1u);
  EXPECT_LE(one.totals.barge_in.sum_seconds(), 0.02);
  EXPECT_EQ(one.stream().played(), 2000u * 8) << "marks before the clear are returned";
}

TEST(Bot, AClearWhileNothingCanBePlayedYet) {
  OneBot one;
  one.HearFirst();
  one.stream().Clear(one.now);
  one.Run(kFrame);
  one.stream().AddAudio(Loud(20));
  one.stream().Clear(one.now);
  one.Run(milliseconds(100));
  EXPECT_THAT(one.TakeSent(), Each(kUlawSilence));
  const Bytes audio = Loud(100, 9);
  one.stream().AddAudio(audio);
  one.Run(milliseconds(300));
  EXPECT_EQ(one.TakeAudio(), audio);
}

TEST(Bot, OneThatIsTakenLeaveOfIsPlayedToTheEndAndHearsNoMore) {
  OneBot one;
  one.BecomeReady();
  const Bytes goodbye = Loud(1000, 11);
  one.stream().AddAudio(goodbye);
  one.TakeSent();
  EXPECT_TRUE(one.bot().OnCommand(CloseBot()).ok());
  EXPECT_TRUE(one.stream().stopped()) << "the link says stop, and closes";
  EXPECT_TRUE(one.bot().OnCommand(CloseBot()).ok()) << "asked again, as by another control";
  EXPECT_TRUE(absl::IsFailedPrecondition(one.bot().OnCommand(Digits{"1", milliseconds(0)})));
  one.Run(milliseconds(500));
  EXPECT_EQ(one.status().phase, BotPhase::kDraining);
  EXPECT_EQ(one.bot().state(), ProcessorState::kActive);
  one.stream().SetPhase(LinkPhase::kClosed);
  one.Run(seconds(1));
  EXPECT_EQ(one.TakeAudio(), goodbye);
  EXPECT_EQ(one.status().phase, BotPhase::kFinished);
  EXPECT_EQ(one.status().end, BotEnd::kClosed);
}

TEST(Bot, OneThatIsTakenLeaveOfBeforeItIsReadyIsFinished) {
  OneBot one;
  EXPECT_TRUE(one.bot().OnCommand(CloseBot()).ok());
  one.Run(milliseconds(40));
  EXPECT_EQ(one.status().end, BotEnd::kClosed);
}

TEST(Bot, WhatAClosedOneHasQueuedIsPlayedToTheEnd) {
  OneBot one;
  one.BecomeReady();
  const Bytes goodbye = Loud(1000, 11);
  one.stream().AddAudio(goodbye);
  one.stream().SetPhase(LinkPhase::kClosed);
  one.TakeSent();
  one.Run(milliseconds(500));
  EXPECT_EQ(one.status().phase, BotPhase::kDraining);
  EXPECT_EQ(one.status().end, BotEnd::kNone);
  EXPECT_EQ(one.bot().state(), ProcessorState::kActive);
  EXPECT_TRUE(absl::IsFailedPrecondition(one.bot().OnCommand(Digits{"1", milliseconds(0)})));
  EXPECT_TRUE(one.bot().OnCommand(CloseBot()).ok()) << "it leaves already";
  one.Run(seconds(1));
  EXPECT_EQ(one.TakeAudio(), goodbye);
  EXPECT_EQ(one.status().phase, BotPhase::kFinished);
  EXPECT_EQ(one.status().end, BotEnd::kClosed);
  EXPECT_EQ(one.bot().state(), ProcessorState::kFinished);
  EXPECT_TRUE(absl::IsFailedPrecondition(one.bot().OnCommand(CloseBot())));
  EXPECT_EQ(one.bot().NextTick(), std::nullopt);
  EXPECT_TRUE(one.stream().stopped());
  EXPECT_EQ(one.Ended(BotEnd::kClosed), 1u);
}

TEST(Bot, DrainingHasALimit) {
  BotConfig config = Config();
  config.drain = milliseconds(200);
  OneBot one(config);
  one.BecomeReady();
  one.stream().AddAudio(Loud(5000));
  one.stream().SetPhase(LinkPhase::kClosed);
  one.Run(milliseconds(200));
  EXPECT_EQ(one.status().phase, BotPhase::kDraining);
  one.Run(milliseconds(60));
  EXPECT_EQ(one.status().phase, BotPhase::kFinished);
  EXPECT_EQ(one.status().end, BotEnd::kClosed);
}

TEST(Bot, FinishesAtOnceWhereNothingIsQueued) {
  const std::pair<LinkPhase, BotEnd> cases[] = {{LinkPhase::kClosed, BotEnd::kClosed},
                                                {LinkPhase::kUnreachable, BotEnd::kUnreachable},
                                                {LinkPhase::kLost, BotEnd::kLost},
                                                {LinkPhase::kRefused, BotEnd::kRefused}};
  for (const auto& [link, end] : cases) {
    OneBot one;
    one.stream().SetPhase(link);
    one.Run(kFrame);
    EXPECT_EQ(one.bot().state(), ProcessorState::kFinished) << BotEndName(end);
    EXPECT_EQ(one.status().end, end);
    EXPECT_EQ(one.Ended(end), 1u);
    one.bot().Stop();
    EXPECT_EQ(one.status().end, end) << "that the session is stopped later changes nothing";
  }
}

TEST(Bot, AClearWhileDrainingEndsIt) {
  OneBot one;
  one.BecomeReady();
  one.stream().AddAudio(Loud(5000));
  one.stream().Clear(one.now);
  one.stream().SetPhase(LinkPhase::kClosed);
  one.Run(milliseconds(60));
  EXPECT_EQ(one.status().phase, BotPhase::kFinished);
}

TEST(Bot, StopInEachPhaseTellsTheLink) {
  for (const auto& [link, phase] : {std::pair(LinkPhase::kConnecting, BotPhase::kConnecting),
                                    {LinkPhase::kReady, BotPhase::kReady},
                                    {LinkPhase::kReconnecting, BotPhase::kReconnecting},
                                    {LinkPhase::kClosed, BotPhase::kDraining}}) {
    OneBot one;
    one.stream().AddAudio(Loud(5000));
    one.stream().SetPhase(link);
    one.Run(kFrame);
    ASSERT_EQ(one.status().phase, phase);
    EXPECT_FALSE(one.stream().stopped());
    one.bot().Stop();
    EXPECT_TRUE(one.stream().stopped());
    EXPECT_EQ(one.status().phase, BotPhase::kFinished);
    EXPECT_EQ(one.status().end, BotEnd::kStopped);
    EXPECT_EQ(one.Ended(BotEnd::kStopped), 1u);
    EXPECT_THAT(one.totals.phases, Each(0u)) << "no session runs";
  }
}

TEST(Bot, IsFinishedWhenNobodySpeaks) {
  BotConfig config = Config();
  config.idle_timeout = seconds(5);
  OneBot one(config);
  one.Run(seconds(10));
  EXPECT_EQ(one.status().phase, BotPhase::kConnecting) << "it could not speak so far";
  one.BecomeReady();
  one.Run(seconds(4));
  one.stream().AddAudio(Loud(1000));
  one.Run(seconds(4));
  one.RunWithPeer(seconds(1), Loud(20));
  one.bots.TakeFrames();
  one.RunWithPeer(milliseconds(4800), Bytes(160, kUlawSilence));
  EXPECT_EQ(one.status().phase, BotPhase::kReady);
  EXPECT_NEAR(static_cast<double>(one.status().idle.count()), 4800, 100);
  one.stream().AddAudio(Bytes(8000, kUlawSilence));
  one.RunWithPeer(milliseconds(400), Bytes(160, kUlawSilence));
  EXPECT_EQ(one.status().phase, BotPhase::kFinished);
  EXPECT_EQ(one.status().end, BotEnd::kIdle);
  EXPECT_TRUE(one.stream().stopped());
}

TEST(Bot, DigitsReachTheLinkWhileItIsDialledToo) {
  OneBot one;
  EXPECT_TRUE(one.bot().OnCommand(Digits{"12", milliseconds(100)}).ok());
  one.BecomeReady();
  EXPECT_TRUE(one.bot().OnCommand(Digits{"#", milliseconds(0)}).ok());
  std::vector<std::string> digits;
  for (const Digits& each : one.stream().TakeDigits()) digits.push_back(each.digits);
  EXPECT_THAT(digits, ElementsAre("12", "#"));
  absl::Status sent;
  for (int i = 0; i < 20 && sent.ok(); ++i)
    sent = one.bot().OnCommand(Digits{"0123456789ABCD", milliseconds(0)});
  EXPECT_TRUE(absl::IsResourceExhausted(sent));
}

TEST(Bot, MeasuresHowSoonItAnswers) {
  OneBot one;
  one.BecomeReady();
  one.RunWithPeer(seconds(1), Loud(20));
  EXPECT_TRUE(one.status().peer_speaking);
  one.RunWithPeer(milliseconds(800), Bytes(160, kUlawSilence));
  EXPECT_FALSE(one.status().peer_speaking);
  EXPECT_EQ(Observed(one.totals.response), 0u);
  one.stream().AddAudio(Loud(500));
  one.RunWithPeer(milliseconds(300), Bytes(160, kUlawSilence));
  EXPECT_TRUE(one.status().bot_speaking);
  EXPECT_EQ(Observed(one.totals.response), 1u);
  EXPECT_NEAR(one.totals.response.sum_seconds(), 0.85, 0.06);
}

// The next sentence of an answer is not another answer.
TEST(Bot, MeasuresOneAnswerATurn) {
  OneBot one;
  one.BecomeReady();
  for (uint64_t turn = 1; turn <= 2; ++turn) {
    one.RunWithPeer(seconds(1), Loud(20));
    one.RunWithPeer(milliseconds(500), Bytes(160, kUlawSilence));
    for (int sentence = 0; sentence < 3; ++sentence) {
      one.stream().AddAudio(Loud(500));
      one.RunWithPeer(milliseconds(1500), Bytes(160, kUlawSilence));
    }
    EXPECT_EQ(Observed(one.totals.response), turn);
  }
  EXPECT_NEAR(one.totals.response.sum_seconds(), 2 * 0.55, 0.12);
}

TEST(Bot, AGreetingIsNoAnswer) {
  OneBot one;
  one.BecomeReady();
  one.stream().AddAudio(Loud(500));
  one.Run(seconds(1));
  EXPECT_EQ(Observed(one.totals.response), 0u);
}

TEST(Bot, ItsFirstAudioIsMeasuredOnceWhenTicksAreCaughtUp) {
  OneBot one;
  one.BecomeReady();
  one.stream().AddAudio(Loud(500));
  const Clock::Time late = *one.bot().NextTick() + milliseconds(45);
  while (*one.bot().NextTick() <= late) one.TickAt(late);
  EXPECT_EQ(Observed(one.totals.first_audio), 1u);
}

TEST(Bot, AStallSkipsTimeButNoAudio) {
  OneBot one;
  one.BecomeReady();
  const Bytes audio = Loud(1000, 13);
  one.stream().AddAudio(audio);
  one.Run(milliseconds(200));
  const rtp::Packet before = one.packets.back();
  const Clock::Time due = *one.bot().NextTick();
  one.TickAt(due + milliseconds(400));
  EXPECT_EQ(one.packets.back().timestamp, before.timestamp + 21 * 160);
  EXPECT_TRUE(one.packets.back().marker);
  one.Run(seconds(2));
  EXPECT_EQ(one.TakeAudio(), audio);
}

}  // namespace
}  // namespace benari::media
