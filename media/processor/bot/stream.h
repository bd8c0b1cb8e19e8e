#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "media/processor/bot/audio_queue.h"
#include "media/processor/bot/config.h"
#include "media/processor/bot/frame_queue.h"
#include "media/processor/bot/status.h"
#include "media/processor/bot_command.h"

namespace benari::media {

// The state of the link. The last four are final.
enum class LinkPhase { kConnecting, kReady, kReconnecting, kClosed, kUnreachable, kLost, kRefused };

// Connects a Bot, which belongs to a worker, with its link to the bot, which belongs to a thread of the
// links. Neither waits for the other. "Worker" and "link" name the thread that may call a function.
class BotStream {
 public:
  static constexpr size_t kMaxDigits = 256;  // that the link has not taken yet

  // `wake_link` makes the link look at the stream soon; any thread, does not wait.
  BotStream(uint64_t max_queued_bytes, AudioBudget& budget, std::function<void()> wake_link)
      : audio_(max_queued_bytes, budget), wake_link_(std::move(wake_link)) {}

  // Worker, to the bot. False: the link is behind, the frame is dropped.
  bool SendFrame(const Frame& frame) {
    const bool sent = uplink_.Push(frame);
    wake_link_();
    return sent;
  }
  // Worker, any time: the link closes. Afterwards only what is queued is played.
  void Stop() {
    stopped_.store(true, std::memory_order_release);
    wake_link_();
  }
  // Worker. False: kMaxDigits.
  bool SendDigits(Digits digits) ABSL_LOCKS_EXCLUDED(mutex_);
  // Worker, after what was read from audio() has been played: positions up to this one have been heard.
  void SetPlayed(uint64_t position) {
    played_.store(position);
    if (position >= next_mark_.load()) wake_link_();
  }
  // Worker.
  LinkPhase phase() const { return phase_.load(std::memory_order_acquire); }
  // How often the bot was lost and dialled again, at least up to the phase that was seen last.
  uint32_t losses() const { return losses_.load(std::memory_order_relaxed); }
  uint32_t marks_pending() const { return marks_pending_.load(std::memory_order_relaxed); }
  uint64_t refused_bytes() const { return refused_bytes_.load(std::memory_order_relaxed); }
  uint32_t clears() const { return clears_.load(std::memory_order_relaxed); }
  Clock::Time cleared_at() const { return cleared_at_.load(std::memory_order_relaxed); }  // the last time
  BotLinkReport report() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Link, from the worker.
  bool TakeFrame(Frame* frame) {
    audio_.FreeRead();  // also while the bot is silent
    return uplink_.Pop(frame);
  }
  bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  std::vector<Digits> TakeDigits() ABSL_LOCKS_EXCLUDED(mutex_);
  uint64_t played() const { return played_.load(); }
  // Link: audio, and the order to throw away what is queued.
  void AddAudio(std::span<const uint8_t> audio) { refused_bytes_ += audio.size() - audio_.Append(audio); }
  void Clear(Clock::Time now = std::chrono::steady_clock::now()) {
    ++clears_;
    cleared_at_.store(now, std::memory_order_relaxed);
    audio_.Clear();
  }
  // Link: is woken once SetPlayed reaches `next_mark`, of `pending` marks. Look at played() afterwards: it
  // may have been reached before.
  void SetMarks(uint32_t pending, uint64_t next_mark) {
    marks_pending_.store(pending, std::memory_order_relaxed);
    next_mark_.store(pending == 0 ? kNever : next_mark);
  }
  void SetPhase(LinkPhase phase) {
    if (phase == LinkPhase::kReconnecting && phase_.load(std::memory_order_relaxed) != phase) ++losses_;
    phase_.store(phase, std::memory_order_release);
  }
  void SetReport(BotLinkReport report) ABSL_LOCKS_EXCLUDED(mutex_);

  // The bot's audio: the link is its producer, the worker its consumer.
  AudioQueue& audio() { return audio_; }

 private:
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  AudioQueue audio_;
  FrameQueue uplink_;
  const std::function<void()> wake_link_;
  std::atomic<LinkPhase> phase_ = LinkPhase::kConnecting;
  std::atomic<uint32_t> losses_ = 0;
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> played_ = 0;
  std::atomic<uint64_t> next_mark_ = kNever;
  std::atomic<uint32_t> marks_pending_ = 0;
  std::atomic<uint64_t> refused_bytes_ = 0;
  std::atomic<uint32_t> clears_ = 0;
  std::atomic<Clock::Time> cleared_at_;
  mutable Mutex mutex_;
  std::vector<Digits> digits_ ABSL_GUARDED_BY(mutex_);
  size_t digits_waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  BotLinkReport report_ ABSL_GUARDED_BY(mutex_);
};

// Dials bots. Thread-safe.
class BotDialer {
 public:
  virtual ~BotDialer() = default;
  // Starts to dial and returns at once; the stream reports the progress. The link ends after Stop.
  virtual std::shared_ptr<BotStream> Dial(const BotConfig& config) = 0;
};

}  // namespace benari::media
