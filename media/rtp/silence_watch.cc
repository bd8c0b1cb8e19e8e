#include "media/rtp/silence_watch.h"

#include "absl/strings/str_cat.h"

namespace benari::media::rtp {

void SilenceWatch::OnValid(Clock::Time now) {
  quiet_since_ = now;
  flowed_ = true;
  diagnosis_ = Diagnosis::kNone;
  not_rtp_ = false;
  wrong_payload_type_.reset();
  stranger_.reset();
}

void SilenceWatch::OnInvalid(DropReason reason, const SocketAddress& source, uint8_t payload_type) {
  switch (reason) {
    case DropReason::kStranger:
      stranger_ = source;
      break;
    case DropReason::kPayloadType:
      wrong_payload_type_ = payload_type;
      break;
    case DropReason::kVersion:
    case DropReason::kLength:
      not_rtp_ = true;
      break;
    default:
      break;
  }
}

void SilenceWatch::OnPause(Clock::Time now) {
  if (diagnosis_ == Diagnosis::kNone) quiet_since_ = now;
}

bool SilenceWatch::OnTime(Clock::Time now) {
  if (timeout_.count() == 0 || now - quiet_since_ < timeout_) return false;
  const Diagnosis explained = Explain();
  if (explained == diagnosis_) return false;
  diagnosis_ = explained;
  return true;
}

// What came from the peer itself tells more than what came from others.
Diagnosis SilenceWatch::Explain() const {
  if (wrong_payload_type_) return Diagnosis::kWrongPayloadType;
  if (not_rtp_) return Diagnosis::kNotRtp;
  if (stranger_) return Diagnosis::kStranger;
  return flowed_ ? Diagnosis::kStoppedArriving : Diagnosis::kNothingArrived;
}

std::string SilenceWatch::Text(const StreamConfig& config, const std::string& advertised_rtp) const {
  if (diagnosis_ == Diagnosis::kNone) return "";
  const std::string peer = config.peer.ToString();
  switch (diagnosis_) {
    case Diagnosis::kNone:
      break;
    case Diagnosis::kNothingArrived:
      return absl::StrCat("no datagram since the session began; Asterisk was told to send to ",
                          advertised_rtp);
    case Diagnosis::kStranger:
      return absl::StrCat("packets come from ", stranger_->ToString(), ", expected ", peer);
    case Diagnosis::kWrongPayloadType:
      return absl::StrCat("payload type ", *wrong_payload_type_, " arrives, expected ", config.payload_type);
    case Diagnosis::kNotRtp:
      return absl::StrCat("datagrams from ", peer, " are not RTP");
    case Diagnosis::kStoppedArriving:
      return absl::StrCat("packets from ", peer, " stopped arriving at ", advertised_rtp);
  }
  return "";
}

}  // namespace benari::media::rtp
