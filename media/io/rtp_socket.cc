#include "media/io/rtp_socket.h"

namespace benari::media {

void RtpSocket::OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) {
  if (!running_) {
    no_session_ += datagrams.size();
    return;
  }
  for (Datagram& datagram : datagrams) {
    if (datagram.truncated) {
      session_->OnTruncated(datagram.source);
    } else {
      datagram.send_back = session_->OnPacket(now, datagram.bytes, datagram.source) == DropReason::kNone;
    }
  }
}

void RtpSocket::OnSendDone(Clock::Time now, const Datagram& datagram, bool sent) {
  if (!sent) return session_->OnSendFailed();
  if (session_->OnSent(now, datagram.bytes.size())) {
    changes_->push_back({id_, MediaChange::kFlowing, Snapshot()});
  }
}

void RtpSocket::Start(const SessionStart& start, Clock::Time now) {
  if (session_) earlier_sessions_ += session_->Stats();
  session_.emplace(start, now);
  running_ = true;
}

void RtpSocket::OnTime(Clock::Time now) {
  if (running_ && session_->OnTime(now)) changes_->push_back({id_, MediaChange::kMissing, Snapshot()});
}

SessionSnapshot RtpSocket::Snapshot() const {
  SessionSnapshot snapshot = session_ ? session_->Snapshot() : SessionSnapshot();
  snapshot.stats.dropped[static_cast<size_t>(DropReason::kNoSession)] = no_session_;
  snapshot.stats.dropped[static_cast<size_t>(DropReason::kOverflow)] = socket_.Overflowed();
  return snapshot;
}

std::optional<double> RtpSocket::JitterMs(Clock::Time since) const {
  return running_ ? session_->JitterMs(since) : std::nullopt;
}

RtpStats RtpSocket::Totals() const {
  RtpStats totals = earlier_sessions_;
  if (session_) totals += session_->Stats();
  totals.dropped[static_cast<size_t>(DropReason::kNoSession)] = no_session_;
  totals.dropped[static_cast<size_t>(DropReason::kOverflow)] = overflowed_;
  return totals;
}

}  // namespace benari::media
