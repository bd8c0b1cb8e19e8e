#pragma once

#include <bitset>
#include <cstdint>

namespace benari::media::rtp {

enum class Arrival {
  kInOrder,    // the highest sequence number so far, perhaps after a gap
  kReordered,  // later than one with a higher sequence number
  kDuplicate,  // was here before
  kProbation,  // far from the others: the sender restarted if the next one follows it, else a stray
  kRestarted,  // follows a kProbation or, at once, a kDuplicate: the sender numbers anew
};

// Counts the packets of one session by their sequence numbers, over restarts of the sender. Pure.
class SequenceTracker {
 public:
  // RFC 3550 A.1, without MIN_SEQUENTIAL for the first packet: here the source is known by its address. A
  // restart by fewer than kMaxMisorder is two duplicates in a row, each the next of the other.
  Arrival OnPacket(uint16_t sequence);

  // RFC 3550 8: another SSRC numbers anew. What was counted stays; the next packet is taken as a first one.
  void OnNewSource();

  // RFC 3550 A.3: counts of valid packets, so those in probation are in neither.
  uint64_t received() const { return received_; }      // duplicates included
  int64_t lost() const;                                // negative where duplicates outnumber losses
  uint64_t duplicates() const { return duplicates_; }  // among the last kWindow sequence numbers
  uint64_t reordered() const { return reordered_; }

 private:
  static constexpr uint32_t kMaxDropout = 3000;  // RFC 3550 A.1
  static constexpr uint32_t kMaxMisorder = 100;  // RFC 3550 A.1
  static constexpr uint32_t kSequenceModulo = 1u << 16;
  static constexpr uint32_t kNoBadSequence = kSequenceModulo + 1;
  static constexpr size_t kWindow = 128;  // above kMaxMisorder, so that each late packet has its bit

  void Begin(uint16_t sequence);
  Arrival Restart(uint16_t sequence);
  Arrival OnLate(uint16_t sequence, uint32_t repeats_next);
  uint64_t ExpectedFromSource() const;

  bool has_source_ = false;
  uint16_t max_sequence_ = 0;
  uint32_t bad_sequence_ = kNoBadSequence;
  uint32_t repeats_next_ = kNoBadSequence;  // after a duplicate or a jump: a duplicate with it is a restart
  uint64_t cycles_ = 0;                     // wraps, shifted: a multiple of 65536
  uint64_t base_sequence_ = 0;
  uint64_t expected_before_ = 0;  // from sources before this one
  uint64_t received_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t reordered_ = 0;
  std::bitset<kWindow> seen_;  // bit i: max_sequence_ - i was here
};

}  // namespace benari::media::rtp
