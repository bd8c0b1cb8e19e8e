#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "media/net/socket_address.h"

// The words of the contract (media.proto) as plain C++. Pure.
namespace benari::media {

enum class SessionState { kLeased, kRunning, kStopped };
enum class PeerPolicy { kExact, kLatch };

// Why a datagram was not sent back.
enum class DropReason : uint8_t {
  kNone,         // it goes back
  kStranger,     // not from the peer
  kVersion,      // not RTP version 2
  kLength,       // too short for what its header says, or longer than any buffer
  kPayloadType,  // not the session's
  kLoop,         // carries our own SSRC: what we sent came back (RFC 3550 8.2)
  kProbation,    // far from the sequence so far (RFC 3550 A.1)
  kDuplicate,    // was sent back already
  kSendFailed,   // the system did not take it
  kNoSession,    // nothing runs on the lease
  kOverflow,     // came while too many waited in the socket: the system dropped it, whoever sent it
  kRtcp,         // RTCP on the port of the RTP (RFC 5761)
};
inline constexpr size_t kDropReasons = 12;
const char* DropReasonName(DropReason reason);

enum class Diagnosis { kNone, kNothingArrived, kStranger, kWrongPayloadType, kNotRtp, kStoppedArriving };
inline constexpr size_t kDiagnoses = 6;
const char* DiagnosisName(Diagnosis diagnosis);

// What an Echo processor needs to know.
struct SessionConfig {
  SocketAddress peer;
  PeerPolicy peer_policy = PeerPolicy::kExact;
  uint8_t payload_type = 0;
  uint32_t clock_rate_hz = 8000;
  std::chrono::milliseconds no_media_timeout{0};  // 0: silence is never diagnosed

  bool operator==(const SessionConfig&) const = default;
};

// All that starts a session.
struct SessionStart {
  SessionConfig config;
  uint32_t ssrc = 0;    // ours; random, RFC 3550 8.1
  std::string told_to;  // "host:port" that the peer was told to send to, for people
  uint64_t number = 0;  // tells the sessions of a node apart
};

// received_packets = sent_packets + dropped[kDuplicate] + dropped[kSendFailed].
struct RtpStats {
  uint64_t received_packets = 0;
  uint64_t received_bytes = 0;  // of UDP payload
  uint64_t sent_packets = 0;
  uint64_t sent_bytes = 0;
  int64_t lost_packets = 0;
  uint64_t reordered_packets = 0;
  double jitter_ms = 0;
  std::array<uint64_t, kDropReasons> dropped{};  // by DropReason

  uint64_t Dropped(DropReason reason) const { return dropped[static_cast<size_t>(reason)]; }
  RtpStats& operator+=(const RtpStats& other);  // the counts; jitter is nobody's sum and stays
};

// What the packet side knows of a session at one moment.
struct SessionSnapshot {
  uint64_t number = 0;  // SessionStart's; 0: there was no session yet
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
