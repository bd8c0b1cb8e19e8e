#include "media/rtp/stream_types.h"

namespace benari::media::rtp {

const char* DropReasonName(DropReason reason) {
  static constexpr const char* kNames[kDropReasons] = {"none",         "stranger",   "version",   "length",
                                                       "payload_type", "loop",       "probation", "duplicate",
                                                       "send_failed",  "no_session", "overflow",  "rtcp"};
  return kNames[static_cast<size_t>(reason)];
}

const char* DiagnosisName(Diagnosis diagnosis) {
  static constexpr const char* kNames[kDiagnoses] = {
      "none", "nothing_arrived", "stranger", "wrong_payload_type", "not_rtp", "stopped_arriving"};
  return kNames[static_cast<size_t>(diagnosis)];
}

RtpStats& RtpStats::operator+=(const RtpStats& other) {
  received_packets += other.received_packets;
  received_bytes += other.received_bytes;
  sent_packets += other.sent_packets;
  sent_bytes += other.sent_bytes;
  lost_packets += other.lost_packets;
  reordered_packets += other.reordered_packets;
  for (size_t i = 0; i < kDropReasons; ++i) dropped[i] += other.dropped[i];
  return *this;
}

}  // namespace benari::media::rtp
