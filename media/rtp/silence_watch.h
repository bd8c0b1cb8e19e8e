#pragma once

#include <optional>
#include <string>

#include "common/clock.h"
#include "media/rtp/stream_types.h"

namespace benari::media::rtp {

// Diagnoses why no media arrives, from the time since the last valid packet and what arrived instead. Owned
// by one worker.
class SilenceWatch {
 public:
  SilenceWatch(Clock::Time started, std::chrono::milliseconds timeout)
      : quiet_since_(started), timeout_(timeout) {}

  // A valid packet ends the silence and clears the diagnosis.
  void OnValid(Clock::Time now);

  // Records a datagram that was dropped; reasons that do not explain silence are ignored.
  void OnInvalid(DropReason reason, const SocketAddress& source, uint8_t payload_type);

  // Records comfort noise or a telephone event of a peer whose media flowed. Restarts the timeout unless the
  // silence is diagnosed already.
  void OnPause(Clock::Time now);

  // Returns true if the diagnosis changed, which happens at most a few times per silence: it only becomes
  // more precise.
  bool OnTime(Clock::Time now);

  bool flowed() const { return flowed_; }  // a valid packet came
  Diagnosis diagnosis() const { return diagnosis_; }
  // One line for an operator; `advertised_rtp` is the address that the peer sends to. Empty without a
  // diagnosis.
  std::string Text(const StreamConfig& config, const std::string& advertised_rtp) const;

 private:
  Diagnosis Explain() const;

  Clock::Time quiet_since_;
  std::chrono::milliseconds timeout_;
  Diagnosis diagnosis_ = Diagnosis::kNone;
  bool flowed_ = false;
  bool not_rtp_ = false;  // this and the next two: since quiet_since_
  std::optional<uint8_t> wrong_payload_type_;
  std::optional<SocketAddress> stranger_;
};

}  // namespace benari::media::rtp
