#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "media/net/socket_address.h"

// What the contract (media.proto) says about one RTP stream, as plain C++. Pure.
namespace benari::media::rtp {

enum class PeerPolicy { kExact, kLatch };

// Why a received datagram did not reach the processor, or a packet of ours was not sent.
enum class DropReason : uint8_t {
  kNone,         // the processor gets it
  kStranger,     // not from the peer
  kVersion,      // not RTP version 2
  kLength,       // too short for what its header says, or longer than any buffer
  kPayloadType,  // not the session's
  kLoop,         // carries our own SSRC: what we sent came back (RFC 3550 8.2)
  kProbation,    // far from the sequence so far (RFC 3550 A.1)
  kDuplicate,    // the processor had it already
  kSendFailed,   // one of ours that the system did not take
  kNoSession,    // nothing runs on the lease
  kOverflow,     // came while too many waited in the socket: the system dropped it, whoever sent it
  kRtcp,         // RTCP on the port of the RTP (RFC 5761)
};
inline constexpr size_t kDropReasons = 12;
const char* DropReasonName(DropReason reason);

enum class Diagnosis { kNone, kNothingArrived, kStranger, kWrongPayloadType, kNotRtp, kStoppedArriving };
inline constexpr size_t kDiagnoses = 6;
const char* DiagnosisName(Diagnosis diagnosis);

// The configuration of a stream.
struct StreamConfig {
  SocketAddress peer;
  PeerPolicy peer_policy = PeerPolicy::kExact;
  uint8_t payload_type = 0;
  uint32_t clock_rate_hz = 8000;
  std::chrono::milliseconds no_media_timeout{0};  // 0: silence is never diagnosed

  bool operator==(const StreamConfig&) const = default;
};

// An echo has received_packets = sent_packets + dropped[kDuplicate] + dropped[kSendFailed].
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

}  // namespace benari::media::rtp
