#include "media/processor/bot/uplink.h"

#include <algorithm>

#include "media/processor/bot/voice_activity.h"

namespace benari::media {

namespace {

constexpr int64_t kSamplesPerMs = 8;
constexpr int64_t kFrameSamples = kFrameBytes;
constexpr size_t kMaxSamples = 2000;  // of a packet; beyond any MTU
constexpr uint16_t kMaxBehind = 100;  // as SequenceTracker: further behind is a restart
constexpr int kLateRestart = 3;       // late packets in a row are a restart by fewer
constexpr int kMaxFilledPerTick = 2;  // after a stall of our own, packets are waiting to be read

int64_t Samples(Uplink::Milliseconds time) { return time.count() * kSamplesPerMs; }

// How far `sequence` is ahead of `other`; negative: behind.
int16_t Ahead(uint16_t sequence, uint16_t other) {
  return static_cast<int16_t>(static_cast<uint16_t>(sequence - other));
}

}  // namespace

void Uplink::OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<const uint8_t> datagram,
                      Emit emit) {
  const auto payload = datagram.subspan(packet.payload_offset, packet.payload_bytes);
  Piece piece{packet.sequence, packet.timestamp, payload};
  if (codec_ == LegCodec::kUlaw) return OnPiece(now, packet.ssrc, piece, emit);
  std::array<uint8_t, kMaxSamples> decoded;
  piece.ulaw = std::span(decoded).first(DecodeToUlaw(codec_, payload, decoded));
  OnPiece(now, packet.ssrc, piece, emit);
}

void Uplink::OnPiece(Clock::Time now, uint32_t ssrc, const Piece& piece, Emit emit) {
  ReleaseOverdue(now, emit);
  if (!has_source_ || ssrc != ssrc_) {
    OnNewSource(now, ssrc, piece.sequence, emit);
  } else if (Ahead(piece.sequence, next_sequence_) < 0) {
    if (!OnLate(piece)) {
      dropped_samples_ += piece.ulaw.size();
      return;
    }
    OnNewSource(now, ssrc, piece.sequence, emit);
  }
  if (piece.sequence != next_sequence_ && Hold(now, piece)) return;
  ReleaseBefore(now, piece.sequence, emit);
  Accept(now, piece, emit);
  ReleaseNext(now, emit);
}

// Returns true if the peer has begun to number anew.
bool Uplink::OnLate(const Piece& piece) {
  if (Ahead(piece.sequence, next_sequence_) < -kMaxBehind) return true;
  late_in_row_ = piece.sequence == late_next_ ? late_in_row_ + 1 : 1;
  late_next_ = piece.sequence + 1;
  return late_in_row_ == kLateRestart;
}

void Uplink::OnNewSource(Clock::Time now, uint32_t ssrc, uint16_t sequence, Emit emit) {
  while (Held* const held = FirstHeld()) Release(now, *held, emit);
  has_source_ = true;
  has_timestamp_ = false;
  ssrc_ = ssrc;
  next_sequence_ = sequence;
}

// Returns false if `piece`, which is not the next one, is not to wait.
bool Uplink::Hold(Clock::Time now, const Piece& piece) {
  const bool fits = Ahead(piece.sequence, next_sequence_) < static_cast<int16_t>(kSlots) &&
                    piece.ulaw.size() <= static_cast<size_t>(kMaxHeldSamples);
  if (!fits || filled_since_last_ > 0) return false;
  Held& held = held_[piece.sequence % kSlots];
  if (held.used) return true;  // a duplicate
  held.used = true;
  held.arrived = now;
  std::copy(piece.ulaw.begin(), piece.ulaw.end(), held.ulaw.begin());
  held.piece = {piece.sequence, piece.timestamp, std::span(held.ulaw).first(piece.ulaw.size())};
  ++held_count_;
  return true;
}

Uplink::Held* Uplink::FirstHeld() {
  if (held_count_ == 0) return nullptr;
  for (size_t ahead = 0; ahead < kSlots; ++ahead) {
    Held& held = held_[(next_sequence_ + ahead) % kSlots];
    if (held.used) return &held;
  }
  return nullptr;
}

void Uplink::Release(Clock::Time now, Held& held, Emit emit) {
  held.used = false;
  --held_count_;
  Accept(now, held.piece, emit);
}

void Uplink::ReleaseNext(Clock::Time now, Emit emit) {
  for (Held* held; (held = FirstHeld()) != nullptr && held->piece.sequence == next_sequence_;) {
    Release(now, *held, emit);
  }
}

void Uplink::ReleaseBefore(Clock::Time now, uint16_t sequence, Emit emit) {
  for (Held* held; (held = FirstHeld()) != nullptr && Ahead(held->piece.sequence, sequence) < 0;) {
    Release(now, *held, emit);
  }
}

// The packets before them are lost.
void Uplink::ReleaseOverdue(Clock::Time now, Emit emit) {
  const auto overdue = [now](const Held& held) { return held.used && now - held.arrived >= kReorderWindow; };
  while (held_count_ > 0 && std::any_of(held_.begin(), held_.end(), overdue)) {
    Release(now, *FirstHeld(), emit);
    ReleaseNext(now, emit);
  }
}

// The next in order, whatever is missing before it.
void Uplink::Accept(Clock::Time now, const Piece& piece, Emit emit) {
  FillBefore(now, piece, emit);
  const auto samples = static_cast<int64_t>(piece.ulaw.size());
  const int64_t lead = Position() + samples - Elapsed(now);
  if (lead > Samples(kMaxLead) || (lead > Samples(kMaxQuietLead) && !VoiceActivity::IsLoud(piece.ulaw))) {
    dropped_samples_ += piece.ulaw.size();
  } else {
    concealment_.OnAudio(piece.ulaw);
    Append(piece.ulaw, emit);
  }
  next_sequence_ = piece.sequence + 1;
  next_timestamp_ = piece.timestamp + static_cast<uint32_t>(samples);
  has_timestamp_ = true;
  if (samples > 0) last_samples_ = std::min(samples, kMaxHeldSamples);
  filled_since_last_ = 0;
  late_in_row_ = 0;
}

// Fills whole packets or frames, so that the beginnings of both stay together.
void Uplink::FillBefore(Clock::Time now, const Piece& piece, Emit emit) {
  const int64_t missing = has_timestamp_ ? static_cast<int32_t>(piece.timestamp - next_timestamp_) : -1;
  if (filled_since_last_ > 0) {
    // One that was delayed, and whose place is filled, comes with others. Any other one is of now.
    const bool delayed = missing >= 0 && missing <= filled_since_last_;
    const int64_t begin = Elapsed(now) - static_cast<int64_t>(piece.ulaw.size());
    if (!delayed) FillTo(begin - begin % kFrameSamples, emit);
    return;
  }
  const int64_t packets = Ahead(piece.sequence, next_sequence_);
  const bool plausible = missing >= 0 && missing <= packets * kMaxHeldSamples;
  const int64_t lost = std::min(plausible ? missing : packets * last_samples_, Elapsed(now) - Position());
  if (packets > 0) FillTo(Position() + lost - lost % last_samples_, emit);
}

void Uplink::OnTick(Clock::Time now, Emit emit) {
  ReleaseOverdue(now, emit);
  // Packets that wait fill the time themselves once they are released, unless they are ever shorter.
  const int64_t behind =
      Samples(kPatience) + last_samples_ + (held_count_ > 0 ? Samples(2 * kReorderWindow) : 0);
  for (int i = 0; i < kMaxFilledPerTick && Elapsed(now) - Position() > behind; ++i) {
    const int64_t before = Position();
    FillTo(before - before % kFrameSamples + kFrameSamples, emit);
    filled_since_last_ += Position() - before;
  }
}

void Uplink::FillTo(int64_t position, Emit emit) {
  std::array<uint8_t, kFrameBytes> fill;
  while (Position() < position) {
    const size_t room = kFrameBytes - made_ % kFrameBytes;
    const auto samples = std::span(fill).first(std::min(room, static_cast<size_t>(position - Position())));
    concealment_.Fill(samples);
    frame_is_filled_ = true;
    Append(samples, emit);
  }
}

void Uplink::Append(std::span<const uint8_t> ulaw, Emit emit) {
  while (!ulaw.empty()) {
    const size_t at = made_ % kFrameBytes;
    const size_t samples = std::min(kFrameBytes - at, ulaw.size());
    std::copy_n(ulaw.begin(), samples, frame_.begin() + static_cast<std::ptrdiff_t>(at));
    ulaw = ulaw.subspan(samples);
    made_ += samples;
    if (made_ % kFrameBytes != 0) continue;
    if (frame_is_filled_) ++filled_;
    frame_is_filled_ = false;
    emit(frame_);
  }
}

int64_t Uplink::Elapsed(Clock::Time now) const {
  return std::chrono::duration_cast<std::chrono::microseconds>(now - start_).count() * kSamplesPerMs / 1000;
}

}  // namespace benari::media
