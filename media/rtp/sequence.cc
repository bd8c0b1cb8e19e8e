#include "media/rtp/sequence.h"

#include <utility>

namespace benari::media::rtp {

// RFC 3550 A.1 (init_seq).
void SequenceTracker::Begin(uint16_t sequence) {
  has_source_ = true;
  max_sequence_ = sequence;
  base_sequence_ = sequence;
  cycles_ = 0;
  bad_sequence_ = kNoBadSequence;
  seen_.reset();
  seen_.set(0);
  ++received_;
}

// RFC 3550 A.1 (update_seq).
Arrival SequenceTracker::OnPacket(uint16_t sequence) {
  const uint32_t repeats_next = std::exchange(repeats_next_, kNoBadSequence);
  if (!has_source_) {
    Begin(sequence);
    return Arrival::kInOrder;
  }
  const auto ahead = static_cast<uint16_t>(sequence - max_sequence_);
  if (ahead == 0 || ahead > kSequenceModulo - kMaxMisorder) return OnLate(sequence, repeats_next);
  if (ahead < kMaxDropout) {
    if (sequence < max_sequence_) cycles_ += kSequenceModulo;
    max_sequence_ = sequence;
    seen_ <<= ahead;
    seen_.set(0);
    ++received_;
    return Arrival::kInOrder;
  }
  if (sequence == bad_sequence_) return Restart(sequence);  // two in a row
  bad_sequence_ = repeats_next_ = (sequence + 1) & (kSequenceModulo - 1);
  return Arrival::kProbation;
}

// RFC 3550 A.1, its last branch: fewer than kMaxMisorder behind the highest sequence number.
Arrival SequenceTracker::OnLate(uint16_t sequence, uint32_t repeats_next) {
  const auto behind = static_cast<uint16_t>(max_sequence_ - sequence);
  if (!seen_.test(behind)) {
    seen_.set(behind);
    ++received_;
    ++reordered_;
    return Arrival::kReordered;
  }
  if (sequence == repeats_next) return Restart(sequence);
  repeats_next_ = (sequence + 1) & (kSequenceModulo - 1);
  ++received_;
  ++duplicates_;
  return Arrival::kDuplicate;
}

Arrival SequenceTracker::Restart(uint16_t sequence) {
  OnNewSource();
  Begin(sequence);
  return Arrival::kRestarted;
}

void SequenceTracker::OnNewSource() {
  expected_before_ += ExpectedFromSource();
  has_source_ = false;
}

uint64_t SequenceTracker::ExpectedFromSource() const {
  return has_source_ ? cycles_ + max_sequence_ - base_sequence_ + 1 : 0;
}

// RFC 3550 A.3.
int64_t SequenceTracker::lost() const {
  return static_cast<int64_t>(expected_before_ + ExpectedFromSource()) - static_cast<int64_t>(received_);
}

}  // namespace benari::media::rtp
