#include "media/processor/bot/audio_queue.h"

#include <algorithm>

namespace benari::media {

bool AudioBudget::Take(uint64_t bytes) {
  uint64_t left = left_.load(std::memory_order_relaxed);
  do {
    if (left < bytes) return false;
  } while (!left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
  return true;
}

AudioQueue::~AudioQueue() {
  for (Block* block = oldest_; block != nullptr;) {
    Block* const next = block->next.load(std::memory_order_relaxed);
    delete block;
    budget_.GiveBack(kBlockBytes);
    block = next;
  }
}

uint64_t AudioQueue::queued() const {
  const uint64_t from = std::max(read(), skip_to_.load(std::memory_order_acquire));
  const uint64_t to = written();
  return to > from ? to - from : 0;
}

size_t AudioQueue::Append(std::span<const uint8_t> audio) {
  FreeRead();
  const uint64_t room = max_bytes_ - std::min(max_bytes_, queued());
  audio = audio.first(std::min<uint64_t>(audio.size(), room));
  size_t appended = 0;
  while (appended < audio.size()) {
    const uint64_t written = written_.load(std::memory_order_relaxed);
    const size_t at = written % kBlockBytes;
    if (at == 0 && !AddBlock()) break;
    const size_t bytes = std::min(kBlockBytes - at, audio.size() - appended);
    std::copy_n(audio.begin() + static_cast<std::ptrdiff_t>(appended), bytes,
                last_->bytes.begin() + static_cast<std::ptrdiff_t>(at));
    appended += bytes;
    written_.store(written + bytes, std::memory_order_release);
  }
  return appended;
}

bool AudioQueue::AddBlock() {
  if (!budget_.Take(kBlockBytes)) return false;
  auto* const block = new Block;
  if (last_ == nullptr) {
    oldest_ = block;
    first_.store(block, std::memory_order_release);
  } else {
    last_->next.store(block, std::memory_order_release);
  }
  last_ = block;
  return true;
}

// The consumer is through with a block once it has read beyond its end, or has gone on to the next one.
void AudioQueue::FreeRead() {
  const uint64_t read = this->read();
  while (oldest_ != last_ && read > freed_to_ + kBlockBytes) {
    Block* const next = oldest_->next.load(std::memory_order_relaxed);
    delete oldest_;
    budget_.GiveBack(kBlockBytes);
    oldest_ = next;
    freed_to_ += kBlockBytes;
  }
}

size_t AudioQueue::Read(std::span<uint8_t> out) {
  const uint64_t from = read_.load(std::memory_order_relaxed);
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(out.size(), written() - from));
  uint64_t position = from;
  for (size_t done = 0; done < wanted;) {
    if (reading_ == nullptr) reading_ = first_.load(std::memory_order_acquire);
    while (position >= reading_at_ + kBlockBytes) {
      reading_ = reading_->next.load(std::memory_order_acquire);
      reading_at_ += kBlockBytes;
    }
    const size_t at = static_cast<size_t>(position - reading_at_);
    const size_t bytes = std::min(kBlockBytes - at, wanted - done);
    std::copy_n(reading_->bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes,
                out.begin() + static_cast<std::ptrdiff_t>(done));
    done += bytes;
    position += bytes;
  }
  read_.store(position, std::memory_order_release);
  return wanted;
}

uint64_t AudioQueue::Skip() {
  const uint64_t from = read_.load(std::memory_order_relaxed);
  const uint64_t to = skip_to_.load(std::memory_order_acquire);
  if (to <= from) return 0;
  // Blocks in between are passed by before they may be freed.
  if (reading_ == nullptr) reading_ = first_.load(std::memory_order_acquire);
  while (to > reading_at_ + kBlockBytes) {
    reading_ = reading_->next.load(std::memory_order_acquire);
    reading_at_ += kBlockBytes;
  }
  read_.store(to, std::memory_order_release);
  return to - from;
}

}  // namespace benari::media
