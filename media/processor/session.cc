#include "media/processor/session.h"

#include "media/processor/factory.h"

namespace benari::media {

Session::Session(const SessionStart& start, rtp::Outlet& outlet, ProcessorFactory& factory, Clock::Time now)
    : number_(start.number),
      sender_(start.config.payload_type, start.ssrc, outlet),
      receiver_(start.config, start.advertised_rtp, sender_, now),
      processor_(factory.New(start.config, now)) {}

SessionSnapshot Session::Snapshot() const {
  SessionSnapshot snapshot;
  snapshot.number = number_;
  snapshot.processor_state = processor_->state();
  snapshot.bot = processor_->bot_status();
  snapshot.peer = receiver_.peer();
  snapshot.latched = receiver_.latched();
  snapshot.ssrc = sender_.ssrc();
  snapshot.diagnosis = receiver_.diagnosis();
  snapshot.diagnosis_text = receiver_.DiagnosisText();
  snapshot.stats = Stats();
  snapshot.first_received = receiver_.first_received();
  snapshot.first_sent = sender_.first_sent();
  snapshot.last_received = receiver_.last_received();
  return snapshot;
}

RtpStats Session::Stats() const {
  RtpStats stats = receiver_.Stats();
  stats.sent_packets = sender_.sent_packets();
  stats.sent_bytes = sender_.sent_bytes();
  stats.dropped[static_cast<size_t>(DropReason::kSendFailed)] = sender_.failed_packets();
  return stats;
}

}  // namespace benari::media
