#include "media/processor/bot/audio_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kBlock = AudioQueue::kBlockBytes;
constexpr uint64_t kPlenty = 1u << 30;

Bytes ReadUpTo(AudioQueue& queue, size_t bytes) {
  Bytes read(bytes);
  read.resize(queue.Read(read));
  return read;
}

// What the budget has left, in whole blocks.
int BlocksLeft(AudioBudget& budget) {
  int blocks = 0;
  while (budget.Take(kBlock)) ++blocks;
  budget.GiveBack(static_cast<uint64_t>(blocks) * kBlock);
  return blocks;
}

TEST(AudioBudget, TakesAllOrNothing) {
  AudioBudget budget(100);
  EXPECT_FALSE(budget.Take(101));
  EXPECT_TRUE(budget.Take(60));
  EXPECT_FALSE(budget.Take(41));
  EXPECT_TRUE(budget.Take(40));
  EXPECT_FALSE(budget.Take(1));
  budget.GiveBack(10);
  EXPECT_TRUE(budget.Take(10));
}

TEST(AudioQueue, IsEmptyAtFirst) {
  AudioBudget budget(kPlenty);
  AudioQueue queue(kPlenty, budget);
  EXPECT_EQ(queue.queued(), 0u);
  EXPECT_TRUE(ReadUpTo(queue, 160).empty());
  EXPECT_EQ(queue.Skip(), 0u);
  queue.Clear();
  EXPECT_EQ(queue.Skip(), 0u);
  EXPECT_EQ(queue.Append({}), 0u);
  EXPECT_EQ(queue.written(), 0u);
}

TEST(AudioQueue, GivesNoMoreThanThereIs) {
  AudioBudget budget(kPlenty);
  AudioQueue queue(kPlenty, budget);
  EXPECT_EQ(queue.Append(AudioBytes(0, 100)), 100u);
  EXPECT_EQ(ReadUpTo(queue, 160), AudioBytes(0, 100));
  EXPECT_TRUE(ReadUpTo(queue, 160).empty());
  EXPECT_EQ(queue.read(), 100u);
}

// Sizes around the end of a block, written and read.
TEST(AudioQueue, BordersOfBlocksAreNotSeen) {
  for (const size_t piece : {size_t{1}, kBlock - 1, kBlock, kBlock + 1, 3 * kBlock}) {
    for (const size_t out : {size_t{160}, kBlock - 1, kBlock, kBlock + 1}) {
      AudioBudget budget(kPlenty);
      AudioQueue queue(kPlenty, budget);
      const Bytes audio = AudioBytes(0, 4 * kBlock);
      for (size_t at = 0; at < audio.size();) {
        const size_t bytes = std::min(piece, audio.size() - at);
        ASSERT_EQ(queue.Append(std::span(audio).subspan(at, bytes)), bytes);
        at += bytes;
      }
      Bytes read;
      for (Bytes some; !(some = ReadUpTo(queue, out)).empty();) {
        read.insert(read.end(), some.begin(), some.end());
      }
      EXPECT_EQ(read, audio) << piece << " in, " << out << " out";
    }
  }
}

TEST(AudioQueue, AMinuteInOneMessage) {
  AudioBudget budget(kPlenty);
  AudioQueue queue(kPlenty, budget);
  const Bytes minute = AudioBytes(0, 480000);
  EXPECT_EQ(queue.Append(minute), minute.size());
  EXPECT_EQ(queue.queued(), minute.size());
  EXPECT_EQ(ReadUpTo(queue, minute.size()), minute);
}

TEST(AudioQueue, RefusesWhatIsBeyondItsLimit) {
  AudioBudget budget(kPlenty);
  AudioQueue queue(1000, budget);
  EXPECT_EQ(queue.Append(AudioBytes(0, 1500)), 1000u);
  EXPECT_EQ(queue.Append(AudioBytes(1000, 1)), 0u);
  EXPECT_EQ(ReadUpTo(queue, 160), AudioBytes(0, 160));
  EXPECT_EQ(queue.Append(AudioBytes(1000, 500)), 160u);
  EXPECT_EQ(ReadUpTo(queue, 2000), AudioBytes(160, 1000));
}

TEST(AudioQueue, AppendsAsFarAsTheBudgetAllows) {
  AudioBudget budget(2 * kBlock + 100);
  AudioQueue queue(kPlenty, budget);
  EXPECT_EQ(queue.Append(AudioBytes(0, 5 * kBlock)), 2 * kBlock);
  EXPECT_EQ(queue.Append(AudioBytes(2 * kBlock, 1)), 0u);
  EXPECT_EQ(ReadUpTo(queue, kBlock + 1), AudioBytes(0, kBlock + 1));
  EXPECT_EQ(queue.Append(AudioBytes(2 * kBlock, 5)), 5u) << "the first block is free again";
  EXPECT_EQ(ReadUpTo(queue, 2 * kBlock), AudioBytes(kBlock + 1, kBlock + 4));
}

TEST(AudioQueue, TheBudgetIsThatOfAllQueues) {
  AudioBudget budget(3 * kBlock);
  AudioQueue one(kPlenty, budget);
  {
    AudioQueue other(kPlenty, budget);
    EXPECT_EQ(other.Append(AudioBytes(0, 2 * kBlock)), 2 * kBlock);
    EXPECT_EQ(one.Append(AudioBytes(0, 2 * kBlock)), kBlock);
  }
  EXPECT_EQ(one.Append(AudioBytes(kBlock, 2 * kBlock)), 2 * kBlock) << "what the other had is given back";
}

TEST(AudioQueue, FreesWhatWasReadWithoutAnAppend) {
  AudioBudget budget(10 * kBlock);
  {
    AudioQueue queue(kPlenty, budget);
    queue.Append(AudioBytes(0, 10 * kBlock));
    EXPECT_EQ(BlocksLeft(budget), 0);
    ReadUpTo(queue, 10 * kBlock);
    queue.FreeRead();
    EXPECT_EQ(BlocksLeft(budget), 9) << "the last one is written on";
  }
  EXPECT_EQ(BlocksLeft(budget), 10);
}

TEST(AudioQueue, AClearSkipsWhatWasQueuedAndNothingElse) {
  AudioBudget budget(kPlenty);
  AudioQueue queue(kPlenty, budget);
  queue.Append(AudioBytes(0, 3 * kBlock));
  ReadUpTo(queue, 160);
  queue.Clear();
  EXPECT_EQ(queue.queued(), 0u);
  queue.Append(AudioBytes(3 * kBlock, 200));
  EXPECT_EQ(queue.queued(), 200u);
  EXPECT_EQ(queue.Skip(), 3 * kBlock - 160);
  EXPECT_EQ(queue.Skip(), 0u);
  EXPECT_EQ(ReadUpTo(queue, 500), AudioBytes(3 * kBlock, 200));
}

TEST(AudioQueue, AClearAtABorderOfBlocks) {
  for (const size_t cleared : {kBlock - 1, kBlock, kBlock + 1, 2 * kBlock}) {
    AudioBudget budget(kPlenty);
    AudioQueue queue(kPlenty, budget);
    queue.Append(AudioBytes(0, cleared));
    queue.Clear();
    EXPECT_EQ(queue.Skip(), cleared);
    queue.FreeRead();
    queue.Append(AudioBytes(cleared, kBlock));
    EXPECT_EQ(ReadUpTo(queue, 2 * kBlock), AudioBytes(cleared, kBlock)) << cleared;
  }
}

// A bot that has filled its queue is interrupted and answers at once, before playout has had its tick.
TEST(AudioQueue, ThereIsRoomAgainRightAfterAClear) {
  AudioBudget budget(kPlenty);
  AudioQueue queue(1000, budget);
  queue.Append(AudioBytes(0, 1000));
  queue.Clear();
  EXPECT_EQ(queue.Append(AudioBytes(1000, 1000)), 1000u);
  EXPECT_EQ(queue.Skip(), 1000u);
  EXPECT_EQ(ReadUpTo(queue, 2000), AudioBytes(1000, 1000));
}

// Any order of everything, beside a model of it.
TEST(AudioQueue, BehavesAsASequenceOfBytes) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    AudioBudget budget(kPlenty);
    AudioQueue queue(5 * kBlock, budget);
    uint64_t written = 0;
    uint64_t read = 0;
    uint64_t clear_to = 0;
    for (int step = 0; step < 400; ++step) {
      const size_t bytes = random() % (2 * kBlock);
      switch (random() % 5) {
        case 0:
        case 1: {
          const size_t room = 5 * kBlock - (written - std::max(read, clear_to));
          ASSERT_EQ(queue.Append(AudioBytes(written, bytes)), std::min(bytes, room)) << seed;
          written += std::min(bytes, room);
          break;
        }
        case 2:
          ASSERT_EQ(queue.Skip(), std::max(read, clear_to) - read) << seed;
          read = std::max(read, clear_to);
          ASSERT_EQ(ReadUpTo(queue, bytes), AudioBytes(read, std::min<uint64_t>(bytes, written - read)));
          read += std::min<uint64_t>(bytes, written - read);
          break;
        case 3:
          queue.FreeRead();
          break;
        case 4:
          if (random() % 4 != 0) break;
          queue.Clear();
          clear_to = written;
          break;
      }
      ASSERT_EQ(queue.written(), written);
      ASSERT_EQ(queue.read(), read);
      ASSERT_EQ(queue.queued(), written - std::max(read, clear_to));
    }
  }
}

}  // namespace
}  // namespace benari::media
