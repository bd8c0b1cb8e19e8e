#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace benari::media {

// Limits the audio that is queued for all bots of a node. Thread-safe.
class AudioBudget {
 public:
  explicit AudioBudget(uint64_t max_bytes) : left_(max_bytes) {}

  bool Take(uint64_t bytes);  // false: nothing is taken
  void GiveBack(uint64_t bytes) { left_.fetch_add(bytes, std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> left_;
};

// Audio on its way from one thread to another: a stream of bytes, each known by its position since the
// begin. The producer allocates and frees the memory, so the consumer does neither. One producer and one
// consumer, which do not wait for each other.
class AudioQueue {
 public:
  static constexpr size_t kBlockBytes = 4000;  // 0.5 s of G.711

  // Of what is queued at most `max_bytes` are accepted, as far as `budget`, which outlives the queue, allows.
  AudioQueue(uint64_t max_bytes, AudioBudget& budget) : max_bytes_(max_bytes), budget_(budget) {}
  ~AudioQueue();
  AudioQueue(const AudioQueue&) = delete;
  AudioQueue& operator=(const AudioQueue&) = delete;

  // Producer: appends as much as may be queued and returns how many bytes that is. What was cleared is not
  // queued any more, but is of the budget until the consumer has skipped it.
  size_t Append(std::span<const uint8_t> audio);
  // Producer: frees what was read, as Append does.
  void FreeRead();
  // Producer: what is queued now is thrown away by the consumer's next Skip.
  void Clear() { skip_to_.store(written_.load(std::memory_order_relaxed), std::memory_order_release); }

  // Consumer: carries a Clear out and returns how many bytes that threw away.
  uint64_t Skip();
  // Consumer: reads up to out.size() bytes and returns how many there were. Does not skip.
  size_t Read(std::span<uint8_t> out);

  // Any thread.
  uint64_t written() const { return written_.load(std::memory_order_acquire); }
  uint64_t read() const { return read_.load(std::memory_order_acquire); }
  uint64_t queued() const;  // what is to be skipped not included

 private:
  struct Block {
    std::array<uint8_t, kBlockBytes> bytes;
    std::atomic<Block*> next = nullptr;
  };

  bool AddBlock();

  const uint64_t max_bytes_;
  AudioBudget& budget_;
  std::atomic<uint64_t> written_ = 0;
  std::atomic<uint64_t> read_ = 0;
  std::atomic<uint64_t> skip_to_ = 0;
  std::atomic<Block*> first_ = nullptr;  // set once by the producer, with the first audio
  Block* oldest_ = nullptr;              // producer's: the first that is not freed
  uint64_t freed_to_ = 0;                // producer's: position of oldest_
  Block* last_ = nullptr;                // producer's
  Block* reading_ = nullptr;             // consumer's
  uint64_t reading_at_ = 0;              // consumer's: position of reading_
};

}  // namespace benari::media
