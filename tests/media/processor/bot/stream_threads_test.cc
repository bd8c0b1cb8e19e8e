// A stream between two threads; what they may do to each other is for ThreadSanitizer to see.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "media/processor/bot/stream.h"
#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {
namespace {

Frame NthFrame(uint64_t nth) {
  Frame frame;
  for (size_t i = 0; i < frame.size(); ++i) frame[i] = AudioByte(nth * kFrameBytes + i);
  return frame;
}

// Takes what it finds of `audio` and returns whether it was the next of AudioByte.
bool ReadNext(AudioQueue& audio) {
  Frame out;
  const uint64_t from = audio.read();
  const size_t bytes = audio.Read(out);
  if (bytes == 0) std::this_thread::yield();
  return std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(bytes),
                    AudioBytes(from, bytes).begin());
}

// Memory for two blocks only, so the producer waits for blocks to be read and freed all the time.
TEST(BotStreamThreads, AudioComesInOrder) {
  constexpr uint64_t kBytes = 2000000;
  AudioBudget budget(2 * AudioQueue::kBlockBytes);
  AudioQueue audio(1u << 20, budget);
  std::thread producer([&audio] {
    for (uint64_t at = 0, piece = 1; at < kBytes; piece = piece * 7 % 5003) {
      const size_t bytes = std::min(piece, kBytes - at);
      const size_t appended = audio.Append(AudioBytes(at, bytes));
      if (appended == 0) std::this_thread::yield();
      at += appended;
    }
  });
  bool in_order = true;
  while (in_order && audio.read() < kBytes) in_order = ReadNext(audio);
  EXPECT_TRUE(in_order) << audio.read();
  while (!in_order && audio.read() < kBytes) ReadNext(audio);  // the producer is to end
  producer.join();
}

// Each byte is read or skipped: what is read is where it was written.
TEST(BotStreamThreads, ClearsSkipAndMixNothingUp) {
  constexpr uint64_t kBytes = 2000000;
  AudioBudget budget(64 * AudioQueue::kBlockBytes);
  AudioQueue audio(100000, budget);
  std::thread producer([&audio] {
    for (uint64_t at = 0, piece = 1; at < kBytes; piece = piece * 7 % 5003) {
      const size_t bytes = std::min(piece, kBytes - at);
      const size_t appended = audio.Append(AudioBytes(at, bytes));
      if (appended == 0) std::this_thread::yield();
      at += appended;
      if (piece % 5 == 0) audio.Clear();
    }
  });
  bool in_order = true;
  uint64_t read = 0;
  uint64_t skipped = 0;
  while (audio.read() < kBytes) {
    skipped += audio.Skip();
    const uint64_t before = audio.read();
    in_order &= ReadNext(audio);
    read += audio.read() - before;
  }
  producer.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(read + skipped, kBytes);
}

TEST(BotStreamThreads, FramesComeInOrder) {
  constexpr uint64_t kFrames = 20000;
  FrameQueue frames;
  std::thread producer([&frames] {
    for (uint64_t nth = 0; nth < kFrames;) {
      if (frames.Push(NthFrame(nth))) {
        ++nth;
      } else {
        std::this_thread::yield();
      }
    }
  });
  uint64_t wrong = 0;
  for (uint64_t nth = 0; nth < kFrames;) {
    Frame frame;
    if (!frames.Pop(&frame)) {
      std::this_thread::yield();
      continue;
    }
    if (frame != NthFrame(nth++)) ++wrong;
  }
  producer.join();
  EXPECT_EQ(wrong, 0u);
}

// A mark that is set while it is being reached: either the link sees that at once, or it is woken.
TEST(BotStreamThreads, NoMarkIsMissed) {
  constexpr uint64_t kMarks = 20000;
  std::atomic<uint64_t> wakes = 0;
  AudioBudget budget(1u << 20);
  BotStream stream(1u << 20, budget, [&wakes] { ++wakes; });
  std::atomic<uint64_t> awaited = 0;
  std::thread worker([&] {
    for (uint64_t position = 1; position <= kMarks; ++position) {
      while (awaited.load() < position) std::this_thread::yield();
      stream.SetPlayed(position);
    }
  });
  for (uint64_t mark = 1; mark <= kMarks; ++mark) {
    uint64_t seen = wakes.load();
    awaited.store(mark);
    stream.SetMarks(1, mark);
    while (stream.played() < mark) {  // the wake-up of the mark before may come late
      while (wakes.load() == seen) std::this_thread::yield();
      seen = wakes.load();
    }
  }
  worker.join();
}

}  // namespace
}  // namespace benari::media
