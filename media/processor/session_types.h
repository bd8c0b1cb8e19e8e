#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "media/processor/config.h"
#include "media/processor/processor.h"
#include "media/rtp/stream_types.h"

// The configuration of a session, and a snapshot of it. Pure.
namespace benari::media {

// The contract's vocabulary is available in one namespace.
using rtp::Diagnosis;
using rtp::DiagnosisName;
using rtp::DropReason;
using rtp::DropReasonName;
using rtp::kDiagnoses;
using rtp::kDropReasons;
using rtp::PeerPolicy;
using rtp::RtpStats;

struct SessionConfig : rtp::StreamConfig {
  ProcessorConfig processor;

  bool operator==(const SessionConfig&) const = default;
};

// Everything that starts a session.
struct SessionStart {
  SessionConfig config;
  uint32_t ssrc = 0;           // ours; random, RFC 3550 8.1
  std::string advertised_rtp;  // "host:port" that the peer was told to send to, for people
  uint64_t number = 0;         // tells the sessions of a node apart
};

// The state of a session at one moment, as the packet side knows it.
struct SessionSnapshot {
  uint64_t number = 0;  // SessionStart's; 0: there was no session yet
  ProcessorState processor_state = ProcessorState::kActive;
  std::optional<BotStatus> bot;  // of a bot
  SocketAddress peer;
  bool latched = false;
  uint32_t ssrc = 0;
  Diagnosis diagnosis = Diagnosis::kNone;
  std::string diagnosis_text;
  RtpStats stats;
  std::optional<Clock::Time> first_received;
  std::optional<Clock::Time> first_sent;
  std::optional<Clock::Time> last_received;
};

}  // namespace benari::media
