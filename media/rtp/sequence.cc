#include "media/rtp/sequence.h"

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
  if (!has_source_) {
    Begin(sequence);
    return Arrival::kInOrder;
  }
  const auto ahead = static_cast<uint16_t>(sequence - max_sequence_);
  if (ahead == 0) return OnLate(0);
  if (ahead < kMaxDropout) {
    if (sequence < max_sequence_) cycles_ += kSequenceModulo;
    max_sequence_ = sequence;
    seen_ <<= ahead;
    seen_.set(0);
    ++received_;
    return Arrival::kInOrder;
  }
  if (ahead > kSequenceModulo - kMaxMisorder) return OnLate(static_cast<uint16_t>(-ahead));
  if (sequence == bad_sequence_) {  // two in a row: the other side restarted without telling
    OnNewSource();
    Begin(sequence);
    return Arrival::kInOrder;
  }
  bad_sequence_ = (sequence + 1) & (kSequenceModulo - 1);
  return Arrival::kProbation;
}

// RFC 3550 A.1, its last branch; `behind` the highest sequence number, below kMaxMisorder.
Arrival SequenceTracker::OnLate(uint16_t behind) {
  ++received_;
  if (seen_.test(behind)) {
    ++duplicates_;
    return Arrival::kDuplicate;
  }
  seen_.set(behind);
  ++reordered_;
  return Arrival::kReordered;
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
