#include "media/io/rtp_socket.h"

#include <algorithm>

#include "media/io/tick_queue.h"

namespace benari::media {

void RtpSocket::OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) {
  if (!running_) {
    no_session_ += datagrams.size();
    return;
  }
  for (Datagram& datagram : datagrams) {
    if (datagram.truncated) {
      session_->OnTruncated(datagram.source);
      continue;
    }
    const DropReason reason = session_->OnDatagram(now, datagram.bytes, datagram.source);
    datagram.send_back = session_->TakeReflected();
    if (dialled_bytes_ == 0 && !datagram.dialled.empty() && reason == DropReason::kNone) {
      dialled_bytes_ = datagram.dialled.size();
      std::copy(datagram.dialled.begin(), datagram.dialled.end(), dialled_.begin());
    }
    if (session_->TakeFlowBegan()) changes_->push_back({id_, MediaChange::kFlowing, Snapshot()});
  }
}

void RtpSocket::SendToPeer(std::span<const uint8_t> datagram) {
  engine_.Send(this, {datagram, session_->peer(), std::span(dialled_).first(dialled_bytes_)});
}

void RtpSocket::Start(const SessionStart& start, Clock::Time now) {
  if (session_) earlier_sessions_ += session_->Stats();
  session_.emplace(start, *this, now);
  running_ = true;
  dialled_bytes_ = 0;
  AskForTick();
}

void RtpSocket::Stop() {
  running_ = false;
  next_tick_.reset();
}

void RtpSocket::OnTick(Clock::Time now) {
  session_->OnTick(now);
  AskForTick();
}

void RtpSocket::AskForTick() {
  next_tick_ = session_->NextTick();
  if (next_tick_) next_tick_ = TickQueue::OnGrid(*next_tick_);
}

void RtpSocket::LookForSilence(Clock::Time now) {
  if (running_ && session_->LookForSilence(now)) {
    changes_->push_back({id_, MediaChange::kMissing, Snapshot()});
  }
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
