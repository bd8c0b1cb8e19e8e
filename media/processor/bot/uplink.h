#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "common/clock.h"
#include "media/processor/bot/concealment.h"
#include "media/processor/bot/frame_queue.h"
#include "media/processor/bot/leg_codec.h"
#include "media/rtp/packet.h"

namespace benari::media {

// Turns the peer's packets, of any length, into contiguous frames of mu-law: as many as time has passed.
// Packets are forwarded when they arrive; only after a gap in the sequence numbers do they wait, up to 60 ms
// for those that are missing. If no packet arrives for its own length and 60 ms, OnTick fills in. What is
// missing is concealed for 60 ms and then silence. Audio that is ahead of the clock, as after a stall or from
// a peer whose clock is fast, is dropped: beyond 40 ms where it is quiet, beyond 200 ms in any case. Pure.
class Uplink {
 public:
  using Emit = absl::FunctionRef<void(const Frame&)>;
  using Milliseconds = std::chrono::milliseconds;

  static constexpr Milliseconds kReorderWindow{60};
  static constexpr Milliseconds kPatience{60};  // beyond the length of a packet
  static constexpr Milliseconds kMaxQuietLead{40};
  static constexpr Milliseconds kMaxLead{200};

  // The first frame begins at `start`.
  Uplink(LegCodec codec, Clock::Time start) : codec_(codec), start_(start) {}

  // A valid packet of the peer and no duplicate; `datagram` contains it.
  void OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<const uint8_t> datagram, Emit emit);
  // Call it each 20 ms.
  void OnTick(Clock::Time now, Emit emit);

  bool has_begun() const { return has_source_; }           // a packet has arrived
  uint64_t frames() const { return made_ / kFrameBytes; }  // emitted
  uint64_t filled() const { return filled_; }              // of these: not, or not all, of the peer
  uint64_t dropped() const { return dropped_samples_ / kFrameBytes; }  // of the peer, in frames

 private:
  static constexpr size_t kSlots = 8;              // one for each sequence number that may wait
  static constexpr int64_t kMaxHeldSamples = 480;  // 60 ms; longer packets do not wait

  // A packet without its header.
  struct Piece {
    uint16_t sequence = 0;
    uint32_t timestamp = 0;
    std::span<const uint8_t> ulaw;
  };
  struct Held {
    bool used = false;
    Clock::Time arrived;
    Piece piece;  // its ulaw is below
    std::array<uint8_t, kMaxHeldSamples> ulaw;
  };

  void OnPiece(Clock::Time now, uint32_t ssrc, const Piece& piece, Emit emit);
  bool OnLate(const Piece& piece);
  void OnNewSource(Clock::Time now, uint32_t ssrc, uint16_t sequence, Emit emit);
  bool Hold(Clock::Time now, const Piece& piece);
  void Release(Clock::Time now, Held& held, Emit emit);
  void ReleaseNext(Clock::Time now, Emit emit);
  void ReleaseOverdue(Clock::Time now, Emit emit);
  void ReleaseBefore(Clock::Time now, uint16_t sequence, Emit emit);
  Held* FirstHeld();

  void Accept(Clock::Time now, const Piece& piece, Emit emit);
  void FillBefore(Clock::Time now, const Piece& piece, Emit emit);
  void FillTo(int64_t position, Emit emit);
  void Append(std::span<const uint8_t> ulaw, Emit emit);
  int64_t Elapsed(Clock::Time now) const;  // in samples
  int64_t Position() const { return static_cast<int64_t>(made_); }

  const LegCodec codec_;
  const Clock::Time start_;

  // Of the peer's stream, from the first packet of a source on.
  bool has_source_ = false;
  bool has_timestamp_ = false;  // next_timestamp_ is known
  uint32_t ssrc_ = 0;
  uint16_t next_sequence_ = 0;
  uint32_t next_timestamp_ = 0;
  int64_t last_samples_ = kFrameBytes;  // of the last packet, at most kMaxHeldSamples
  int late_in_row_ = 0;
  uint16_t late_next_ = 0;
  size_t held_count_ = 0;
  std::array<Held, kSlots> held_;

  // Of the frames.
  uint64_t made_ = 0;              // samples, those in frame_ included
  int64_t filled_since_last_ = 0;  // samples, by OnTick since the last packet
  Frame frame_;                    // its first made_ % kFrameBytes samples
  bool frame_is_filled_ = false;   // some of them are not of the peer
  Concealment concealment_;
  uint64_t filled_ = 0;
  uint64_t dropped_samples_ = 0;
};

}  // namespace benari::media
