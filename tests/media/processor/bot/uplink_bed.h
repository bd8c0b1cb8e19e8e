#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "media/processor/bot/uplink.h"
#include "media/rtp/sequence.h"
#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {

// An uplink that ticks each 20 ms, and a peer that sends packets at times of the test's choice.
class UplinkBed {
 public:
  using Bytes = std::vector<uint8_t>;
  using milliseconds = std::chrono::milliseconds;

  static constexpr Clock::Time kStart{std::chrono::hours(1)};
  static constexpr milliseconds kFrame{20};

  // When the nth frame ends, if the first begins at the start.
  static milliseconds EndOf(uint64_t nth) { return static_cast<int64_t>(nth + 1) * kFrame; }

  explicit UplinkBed(LegCodec codec = LegCodec::kUlaw) : uplink(codec, kStart) {}

  // Times are since the start.
  void Tick(milliseconds at) { uplink.OnTick(kStart + at, emit_); }
  // Ticks up to `at`.
  void RunTo(milliseconds at) {
    for (; next_tick_ <= at; next_tick_ += kFrame) {
      Tick(next_tick_);
      CheckCount(next_tick_);
    }
  }
  // A packet that arrives at `at`, wherever the clock is, at a receiver, which lets no stray ones through.
  void Arrive(milliseconds at, uint16_t sequence, uint32_t timestamp, const Bytes& payload) {
    if (ssrc != received_ssrc_) tracker_.OnNewSource();
    received_ssrc_ = ssrc;
    const rtp::Arrival arrival = tracker_.OnPacket(sequence);
    if (arrival == rtp::Arrival::kProbation || arrival == rtp::Arrival::kDuplicate) return;
    ++received;
    Deliver(at, sequence, timestamp, payload);
  }
  // The same without the receiver.
  void Deliver(milliseconds at, uint16_t sequence, uint32_t timestamp, const Bytes& payload) {
    Bytes datagram(12);
    datagram.insert(datagram.end(), payload.begin(), payload.end());
    rtp::Packet packet;
    packet.sequence = sequence;
    packet.timestamp = timestamp;
    packet.ssrc = ssrc;
    packet.payload_offset = 12;
    packet.payload_bytes = payload.size();
    uplink.OnPacket(kStart + at, packet, datagram, emit_);
  }
  // Likewise, after the ticks before it: audio in place, numbers that begin at 100 and 1000.
  void Packet(milliseconds at, uint64_t nth, size_t bytes = kFrameBytes) {
    RunTo(at);
    Arrive(at, static_cast<uint16_t>(100 + nth), static_cast<uint32_t>(1000 + nth * bytes),
           AudioBytes(nth * bytes, bytes));
  }
  // `count` of them at their times, from `first` on, which arrives at `at`.
  void Packets(milliseconds at, uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) Packet(at + i * kFrame, first + i);
  }

  size_t frames() const { return heard.size() / kFrameBytes; }
  Bytes Last(size_t bytes) const { return {heard.end() - static_cast<std::ptrdiff_t>(bytes), heard.end()}; }
  Bytes Nth(size_t frame) const {
    const auto from = heard.begin() + static_cast<std::ptrdiff_t>(frame * kFrameBytes);
    return {from, from + kFrameBytes};
  }

  Uplink uplink;
  uint32_t ssrc = 1;
  uint64_t received = 0;
  Bytes heard;
  milliseconds most_behind{160};
  milliseconds most_ahead{200};

 private:
  // As many frames as time has passed, within a bound.
  void CheckCount(milliseconds elapsed) {
    ASSERT_EQ(uplink.frames(), frames());
    const milliseconds made = static_cast<int>(frames()) * kFrame;
    ASSERT_GE(made, elapsed - most_behind) << elapsed.count();
    ASSERT_LE(made, elapsed + most_ahead) << elapsed.count();
  }

  struct Hear {
    void operator()(const Frame& frame) const {
      bed->heard.insert(bed->heard.end(), frame.begin(), frame.end());
    }
    UplinkBed* bed;
  };

  milliseconds next_tick_ = kFrame;
  rtp::SequenceTracker tracker_;
  uint32_t received_ssrc_ = ssrc;
  const Hear hear_{this};
  const Uplink::Emit emit_ = hear_;
};

}  // namespace benari::media
