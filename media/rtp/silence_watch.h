#pragma once

#include <optional>
#include <string>

#include "common/clock.h"
#include "media/rtp/stream_types.h"

namespace benari::media::rtp {

// Says why a session hears nothing: watches the time since the last valid packet, and what came instead.
// Owned by one worker.
class SilenceWatch {
 public:
  SilenceWatch(Clock::Time started, std::chrono::milliseconds timeout)
      : quiet_since_(started), timeout_(timeout) {}

  // A valid packet ends the silence and what was said of it.
  void OnValid(Clock::Time now);

  // A datagram that was no valid packet of the peer; the other reasons say nothing about silence.
  void OnInvalid(DropReason reason, const SocketAddress& source, uint8_t payload_type);

  // Of a peer that spoke before: it says by other means that it is there, such as comfort noise or a key that
  // is pressed. A silence that was not diagnosed yet begins anew.
  void OnPause(Clock::Time now);

  // True when the diagnosis became another one. At most a few times a silence: it only gets more exact.
  bool OnTime(Clock::Time now);

  bool flowed() const { return flowed_; }  // a valid packet came
  Diagnosis diagnosis() const { return diagnosis_; }
  // One line for a person; `advertised_rtp` is where the peer was told to send. Empty without a diagnosis.
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
