#include "media/processor/bot/bot.h"

#include <algorithm>
#include <utility>

#include "media/processor/frame_clock.h"
#include "media/processor/g711.h"

namespace benari::media {

namespace {

using std::chrono::milliseconds;

constexpr int64_t kBytesPerMs = 8;

milliseconds Duration(uint64_t ulaw_bytes) {
  return milliseconds(static_cast<int64_t>(ulaw_bytes) / kBytesPerMs);
}

milliseconds ToMs(Clock::Duration duration) { return std::chrono::duration_cast<milliseconds>(duration); }

double Seconds(Clock::Duration duration) { return std::chrono::duration<double>(duration).count(); }

bool Waits(LinkPhase link) { return link == LinkPhase::kConnecting || link == LinkPhase::kReconnecting; }

// kNone: the link goes on.
BotEnd EndOf(LinkPhase link) {
  switch (link) {
    case LinkPhase::kConnecting:
    case LinkPhase::kReady:
    case LinkPhase::kReconnecting:
      return BotEnd::kNone;
    case LinkPhase::kClosed:
      return BotEnd::kClosed;
    case LinkPhase::kUnreachable:
      return BotEnd::kUnreachable;
    case LinkPhase::kLost:
      return BotEnd::kLost;
    case LinkPhase::kRefused:
      return BotEnd::kRefused;
  }
  return BotEnd::kLost;
}

}  // namespace

Bot::Bot(const BotConfig& config, uint8_t payload_type, BotDialer& dialer, milliseconds start_buffer,
         BotTotals& totals, Clock::Time now)
    : drain_(config.drain),
      idle_timeout_(config.idle_timeout),
      waiting_(config.waiting),
      codec_(LegCodecOf(payload_type).value()),
      began_(now),
      totals_(totals),
      stream_(dialer.Dial(config)),
      playout_(stream_->audio(), start_buffer, now),
      uplink_(codec_, now),
      phase_since_(now),
      last_tick_(now) {
  if (waiting_) tone_.emplace(*waiting_);
  ++totals_.phases[static_cast<size_t>(phase_)];
}

void Bot::OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<uint8_t> datagram,
                   rtp::Sender& /*out*/) {
  if (phase_ == BotPhase::kFinished) return;
  const uint64_t filled = uplink_.filled();
  uplink_.OnPacket(now, packet, datagram, [this, now](const Frame& frame) { OnUplinkFrame(now, frame); });
  if (HearsPeer()) uplink_filled_ += uplink_.filled() - filled;
}

void Bot::OnUplinkFrame(Clock::Time now, const Frame& frame) {
  peer_voice_.OnFrame(now, frame);
  if (!HearsPeer()) return;
  ++(stream_->SendFrame(frame) ? uplink_frames_ : uplink_dropped_);
}

std::optional<Clock::Time> Bot::NextTick() const {
  return phase_ == BotPhase::kFinished ? std::nullopt : std::optional(playout_.NextTick());
}

void Bot::OnTick(Clock::Time now, rtp::Sender& out) {
  const LinkPhase link = stream_->phase();  // before playout: what was queued before the end is seen by it
  last_tick_ = now;
  const uint64_t filled = uplink_.filled();
  uplink_.OnTick(now, [this, now](const Frame& frame) { OnUplinkFrame(now, frame); });
  if (HearsPeer()) uplink_filled_ += uplink_.filled() - filled;
  const Playout::Output output = playout_.OnTick(now, MayBeginToPlay(now));
  stream_->SetPlayed(playout_.heard());
  OnHeard(now, output);
  Follow(now, link);
  Play(output, !left_ && Waits(link), out);
  AddToTotals();
}

bool Bot::MayBeginToPlay(Clock::Time now) const {
  return uplink_.has_begun() || (reached_ && now - *reached_ >= kGreetingHold);
}

// Sends the frame that is due: the bot's, or the tone's while the bot cannot be heard.
void Bot::Play(const Playout::Output& output, bool waits, rtp::Sender& out) {
  Frame frame = output.audio;
  if (waits && tone_) {
    for (int i = 0; i < output.skipped && !tone_->finished(); ++i) tone_->Step();
    if (!tone_->finished() && !output.is_audio) {
      const Cadence::Samples samples = tone_->Frame();
      std::transform(samples.begin(), samples.end(), frame.begin(), ToUlaw);
    }
    if (!tone_->finished()) tone_->Step();
  }
  constexpr auto kSamples = static_cast<uint32_t>(kFrameBytes);
  if (output.skipped > 0) out.Skip(static_cast<uint32_t>(output.skipped) * kSamples);
  FramePayload buffer;
  out.Send(EncodeFrame(codec_, frame, buffer), kSamples);
}

// Measures what the peer hears of the bot.
void Bot::OnHeard(Clock::Time now, const Playout::Output& output) {
  totals_.lateness.Observe(Seconds(output.lateness));
  if (output.cleared_bytes > 0) {
    totals_.barge_in.Observe(std::max(0.0, Seconds(now - stream_->cleared_at())));
    ++interruptions_;
  }
  const bool spoke = bot_voice_.speaking();
  bot_voice_.OnFrame(now, output.audio);
  // Ticks that are caught up have one time, so the time alone does not say which one was the first.
  if (output.begins_talkspurt && playout_.first_audio() == now) {
    totals_.first_audio.Observe(Seconds(now - began_));
  }
  if (spoke || !bot_voice_.speaking()) return;
  const auto turn = peer_voice_.ended();
  if (turn == answered_) return;
  const Clock::Duration response = *bot_voice_.began() - *turn;
  if (response < Clock::Duration::zero()) return;
  totals_.response.Observe(Seconds(response));
  answered_ = turn;
  ++turns_;
  last_response_ = response;
  responses_ += response;
}

void Bot::Follow(Clock::Time now, LinkPhase link) {
  const BotEnd end = left_ ? BotEnd::kClosed : EndOf(link);
  if (end != BotEnd::kNone) {
    if (phase_ != BotPhase::kDraining) Enter(now, BotPhase::kDraining);
    if (playout_.drained() || now - phase_since_ >= drain_) Finish(now, end);
    return;
  }
  // A bot that is back before a tick has seen that it was lost was lost all the same.
  const bool was_lost = phase_ == BotPhase::kReady && stream_->losses() != losses_;
  if (was_lost || (link == LinkPhase::kReconnecting && phase_ != BotPhase::kReconnecting)) {
    losses_ = stream_->losses();
    if (waiting_) tone_.emplace(*waiting_);
    return Enter(now, BotPhase::kReconnecting);
  }
  if (link == LinkPhase::kReady && phase_ != BotPhase::kReady) return Enter(now, BotPhase::kReady);
  const bool idles = phase_ == BotPhase::kReady && idle_timeout_ > milliseconds(0);
  if (idles && now - IdleSince() >= idle_timeout_) Finish(now, BotEnd::kIdle);
}

void Bot::Enter(Clock::Time now, BotPhase phase) {
  --totals_.phases[static_cast<size_t>(phase_)];
  phase_ = phase;
  phase_since_ = now;
  if (!reached_) reached_ = now;
  link_ = stream_->report();
  ++totals_.phases[static_cast<size_t>(phase_)];
}

void Bot::Finish(Clock::Time now, BotEnd end) {
  Enter(now, BotPhase::kFinished);
  end_ = end;
  ++totals_.ends[static_cast<size_t>(end)];
  stream_->Stop();
}

void Bot::Stop() {
  if (phase_ != BotPhase::kFinished) Finish(last_tick_, BotEnd::kStopped);
  AddToTotals();
  --totals_.phases[static_cast<size_t>(phase_)];
}

absl::Status Bot::OnCommand(const BotCommand& command) {
  if (phase_ == BotPhase::kFinished) return absl::FailedPreconditionError("the bot has ended");
  return std::visit([this](const auto& each) { return Take(each); }, command);
}

// The link closes, and the next tick begins to drain; a bot that leaves by itself drains already.
absl::Status Bot::Take(const CloseBot& /*close*/) {
  if (phase_ == BotPhase::kDraining) return absl::OkStatus();
  left_ = true;
  stream_->Stop();
  return absl::OkStatus();
}

absl::Status Bot::Take(const Digits& digits) {
  if (left_ || phase_ == BotPhase::kDraining) return absl::FailedPreconditionError("the bot leaves");
  if (stream_->SendDigits(digits)) return absl::OkStatus();
  return absl::ResourceExhaustedError("the bot has not taken the digits before these");
}

ProcessorState Bot::state() const {
  if (phase_ == BotPhase::kFinished) return ProcessorState::kFinished;
  const bool waits = phase_ == BotPhase::kConnecting || phase_ == BotPhase::kReconnecting;
  return waits ? ProcessorState::kPreparing : ProcessorState::kActive;
}

// Since when neither side has spoken, in this phase.
Clock::Time Bot::IdleSince() const {
  return std::max(
      {phase_since_, peer_voice_.ended().value_or(phase_since_), bot_voice_.ended().value_or(phase_since_)});
}

std::optional<BotStatus> Bot::bot_status() const {
  BotStatus status;
  status.phase = phase_;
  status.end = end_;
  status.link = stream_->report();
  status.counts = Counts(status.link);
  status.queued = Duration(stream_->audio().queued());
  status.marks_pending = stream_->marks_pending();
  status.start_buffer = playout_.start_buffer();
  if (const auto first = playout_.first_audio()) status.first_audio = ToMs(*first - began_);
  status.turns = turns_;
  if (turns_ > 0) {
    status.last_response = ToMs(last_response_);
    status.mean_response = ToMs(responses_ / turns_);
  }
  status.interruptions = interruptions_;
  status.idle = ToMs(last_tick_ - IdleSince());
  status.bot_speaking = bot_voice_.speaking();
  status.peer_speaking = peer_voice_.speaking();
  return status;
}

BotCounts Bot::Counts(const BotLinkReport& link) const {
  BotCounts counts;
  counts.refused_bytes = stream_->refused_bytes();
  counts.played_bytes = playout_.played_bytes();
  counts.cleared_bytes = playout_.cleared_bytes();
  counts.clears = stream_->clears();
  counts.underruns = playout_.underruns();
  counts.uplink_frames = uplink_frames_;
  counts.uplink_filled = uplink_filled_;
  counts.uplink_dropped = uplink_dropped_ + link.uplink_dropped;
  counts.connections = link.connections;
  std::copy(link.connect_failures.begin(), link.connect_failures.end(), counts.connect_failures.begin());
  return counts;
}

void Bot::AddToTotals() {
  const BotCounts counts = Counts(link_);
  totals_.counts += counts - std::exchange(counted_, counts);
}

}  // namespace benari::media
