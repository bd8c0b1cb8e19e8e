#include "media/io/rtp_socket.h"

#include <algorithm>
#include <utility>

#include "media/io/tick_queue.h"

namespace benari::media {

namespace {

// What the session's processor did in a tick, as others are told.
std::optional<MediaChange> ChangeOf(ProcessorState before, ProcessorState after) {
  if (before == after) return std::nullopt;
  switch (after) {
    case ProcessorState::kPreparing:
      return MediaChange::kBotLost;
    case ProcessorState::kActive:
      return MediaChange::kBotReady;
    case ProcessorState::kFinished:
      return MediaChange::kFinished;
  }
  return std::nullopt;
}

}  // namespace

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
  session_.emplace(start, *this, factory_, now);
  running_ = true;
  dialled_bytes_ = 0;
  AskForTick();
}

void RtpSocket::Stop() {
  if (std::exchange(running_, false)) session_->Stop();
  next_tick_.reset();
}

absl::Status RtpSocket::OnCommand(const BotCommand& command) {
  if (!running_) return absl::FailedPreconditionError("no session runs on the lease");
  return session_->OnCommand(command);
}

void RtpSocket::OnTick(Clock::Time now) {
  const ProcessorState before = session_->processor_state();
  session_->OnTick(now);
  if (const auto change = ChangeOf(before, session_->processor_state())) {
    changes_->push_back({id_, *change, Snapshot()});
  }
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
