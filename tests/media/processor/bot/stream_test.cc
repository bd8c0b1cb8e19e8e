#include "media/processor/bot/stream.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {
namespace {

Frame FrameOf(uint8_t value) {
  Frame frame;
  frame.fill(value);
  return frame;
}

TEST(FrameQueue, FirstInFirstOutUpToItsCapacity) {
  FrameQueue queue;
  Frame frame;
  EXPECT_FALSE(queue.Pop(&frame));
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < FrameQueue::kCapacity; ++i) {
      ASSERT_TRUE(queue.Push(FrameOf(static_cast<uint8_t>(i))));
    }
    EXPECT_FALSE(queue.Push(FrameOf(99)));
    for (size_t i = 0; i < FrameQueue::kCapacity; ++i) {
      ASSERT_TRUE(queue.Pop(&frame));
      ASSERT_EQ(frame, FrameOf(static_cast<uint8_t>(i)));
    }
    EXPECT_FALSE(queue.Pop(&frame)) << "what was refused is not there";
  }
}

class BotStreamTest : public testing::Test {
 protected:
  int wakes_ = 0;
  AudioBudget budget_{1u << 20};
  BotStream stream_{1000, budget_, [this] { ++wakes_; }};
};

TEST_F(BotStreamTest, IsConnectingAtFirst) {
  EXPECT_EQ(stream_.phase(), LinkPhase::kConnecting);
  EXPECT_FALSE(stream_.stopped());
  EXPECT_EQ(stream_.played(), 0u);
  EXPECT_EQ(stream_.marks_pending(), 0u);
  EXPECT_TRUE(stream_.TakeDigits().empty());
}

TEST_F(BotStreamTest, AFrameWakesTheLink) {
  EXPECT_TRUE(stream_.SendFrame(FrameOf(1)));
  EXPECT_EQ(wakes_, 1);
  Frame frame;
  ASSERT_TRUE(stream_.TakeFrame(&frame));
  EXPECT_EQ(frame, FrameOf(1));
  EXPECT_FALSE(stream_.TakeFrame(&frame));
}

TEST_F(BotStreamTest, ALinkThatIsBehindCostsFramesAndIsWokenAllTheSame) {
  for (size_t i = 0; i < FrameQueue::kCapacity; ++i) EXPECT_TRUE(stream_.SendFrame(FrameOf(0)));
  wakes_ = 0;
  EXPECT_FALSE(stream_.SendFrame(FrameOf(0)));
  EXPECT_EQ(wakes_, 1);
}

TEST_F(BotStreamTest, StopIsSeenByTheLink) {
  stream_.Stop();
  EXPECT_TRUE(stream_.stopped());
  EXPECT_EQ(wakes_, 1);
}

TEST_F(BotStreamTest, DigitsComeInTheirOrder) {
  EXPECT_TRUE(stream_.SendDigits({"12", std::chrono::milliseconds(100)}));
  EXPECT_TRUE(stream_.SendDigits({"#", std::chrono::milliseconds(0)}));
  EXPECT_EQ(wakes_, 2);
  const std::vector<Digits> digits = stream_.TakeDigits();
  ASSERT_EQ(digits.size(), 2u);
  EXPECT_EQ(digits[0].digits, "12");
  EXPECT_EQ(digits[0].duration, std::chrono::milliseconds(100));
  EXPECT_EQ(digits[1].digits, "#");
  EXPECT_TRUE(stream_.TakeDigits().empty());
}

TEST_F(BotStreamTest, DigitsThatTheLinkDoesNotTakeAreRefusedAtTheLimit) {
  EXPECT_TRUE(stream_.SendDigits({std::string(BotStream::kMaxDigits, '1'), {}}));
  EXPECT_FALSE(stream_.SendDigits({"2", {}}));
  stream_.TakeDigits();
  EXPECT_TRUE(stream_.SendDigits({"2", {}}));
  EXPECT_EQ(stream_.TakeDigits().size(), 1u);
}

TEST_F(BotStreamTest, AudioBeyondTheLimitIsCountedAsRefused) {
  stream_.AddAudio(AudioBytes(0, 900));
  EXPECT_EQ(stream_.refused_bytes(), 0u);
  stream_.AddAudio(AudioBytes(900, 300));
  EXPECT_EQ(stream_.refused_bytes(), 200u);
  stream_.AddAudio(AudioBytes(900, 50));
  EXPECT_EQ(stream_.refused_bytes(), 250u);
  EXPECT_EQ(stream_.audio().queued(), 1000u);
}

TEST_F(BotStreamTest, ClearsAreCounted) {
  stream_.AddAudio(AudioBytes(0, 900));
  stream_.Clear();
  stream_.Clear();
  EXPECT_EQ(stream_.clears(), 2u);
  EXPECT_EQ(stream_.audio().queued(), 0u);
  EXPECT_EQ(stream_.audio().Skip(), 900u);
}

TEST_F(BotStreamTest, OnlyAMarkThatIsReachedWakesTheLink) {
  stream_.SetPlayed(500);
  EXPECT_EQ(wakes_, 0) << "nobody waits for a mark";
  stream_.SetMarks(2, 800);
  EXPECT_EQ(stream_.marks_pending(), 2u);
  stream_.SetPlayed(799);
  EXPECT_EQ(wakes_, 0);
  stream_.SetPlayed(800);
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(stream_.played(), 800u);
  stream_.SetMarks(0, 800);
  stream_.SetPlayed(960);
  EXPECT_EQ(wakes_, 1);
}

TEST_F(BotStreamTest, WhatWasPlayedIsFreedWhileTheBotIsSilent) {
  AudioBudget budget(3 * AudioQueue::kBlockBytes);
  BotStream stream(1u << 20, budget, [] {});
  stream.AddAudio(AudioBytes(0, 3 * AudioQueue::kBlockBytes));
  std::vector<uint8_t> read(3 * AudioQueue::kBlockBytes);
  stream.audio().Read(read);
  Frame frame;
  stream.TakeFrame(&frame);
  EXPECT_TRUE(budget.Take(2 * AudioQueue::kBlockBytes));
}

TEST_F(BotStreamTest, ReportAndPhaseAreThoseOfTheLink) {
  BotLinkReport report;
  report.stream_sid = "MZ1";
  report.connections = 3;
  stream_.SetReport(report);
  stream_.SetPhase(LinkPhase::kReconnecting);
  EXPECT_EQ(stream_.report().stream_sid, "MZ1");
  EXPECT_EQ(stream_.report().connections, 3u);
  EXPECT_EQ(stream_.phase(), LinkPhase::kReconnecting);
}

}  // namespace
}  // namespace benari::media
