// What becomes of channels that the app created: ExternalMedia, and destinations of every kind.
#include <utility>

#include "tests/fakes/asterisk_model.h"

namespace benari::fakes {

void AsteriskModel::SetDestination(const std::string& number, Destination destination) {
  destinations_[number] = destination;
}

void AsteriskModel::AnswerExternalMedia(ChannelRecord& channel) {
  channel.ari.state = "Up";
  channel.ari.channelvars.clear();  // only the request's answer shows them
  Publish(channel, control::ari::UnknownEvent{"ChannelStateChange"});
  Publish(channel, control::ari::Dial{channel.ari.id, "ANSWER"});
  StartStasis(channel);
}

void AsteriskModel::Dial(ChannelRecord& channel, const Destination& destination, Clock::Duration timeout) {
  using Kind = Destination::Kind;
  if (destination.kind != Kind::kUnknown) Publish(channel, control::ari::Dial{channel.ari.id, ""});
  const Clock::Duration soon = pace_.Step();
  const auto reject = [&](int cause, const char* status) {
    LaterDo(soon, [this, id = channel.ari.id, serial = channel.serial, cause, status] {
      ChannelRecord* const same = FindSame(id, serial);
      if (same != nullptr && !same->dying) Reject(*same, cause, status);
    });
  };
  switch (destination.kind) {
    case Kind::kAnswers:
      if (timeout <= destination.answers_after) {
        Later(channel, timeout, &AsteriskModel::RingTimeout);
      } else {
        Later(channel, destination.answers_after + soon, &AsteriskModel::AnswerDialled);
      }
      if (destination.answers_after > Clock::Duration::zero()) Later(channel, soon, &AsteriskModel::Ring);
      if (destination.hangs_up_after) {
        LaterDo(destination.answers_after + soon + *destination.hangs_up_after,
                [this, id = channel.ari.id, serial = channel.serial] {
                  if (FindSame(id, serial) != nullptr) DestinationHangsUp(id);
                });
      }
      break;
    case Kind::kRings:
      Later(channel, soon, &AsteriskModel::Ring);
      Later(channel, timeout, &AsteriskModel::RingTimeout);
      break;
    case Kind::kBusy:
      reject(17, "BUSY");
      break;
    case Kind::kCongestion:
      reject(34, "CONGESTION");
      break;
    case Kind::kUnallocated:
      reject(1, "NOANSWER");
      break;
    case Kind::kUnknown:
      reject(0, "");
      break;
    case Kind::kUnroutable:
      break;  // never came to be
  }
}

// Busy and congestion behind a Local channel show as cause 0 on the ;1 half and as their own on the ;2 half;
// a trunk's channel, and Hangup(1) in the dial plan, show it on the channel itself.
void AsteriskModel::Reject(ChannelRecord& channel, int cause, const std::string& dial_status) {
  ChannelRecord* const far = Find(channel.other_half);
  if (far != nullptr && dial_status == "NOANSWER")
    return HangUpFarHalf(*far, cause);  // takes this half along
  if (!dial_status.empty()) Publish(channel, control::ari::Dial{channel.ari.id, dial_status});
  if (far != nullptr) {
    channel.other_half.clear();
    far->other_half.clear();
    if (!dial_status.empty()) {
      far->ari.state = "Busy";
      Publish(*far, control::ari::UnknownEvent{"ChannelStateChange"});
      PublishHangupRequest(*far, 0, /*soft=*/false);
    }
    HangUpFarHalf(*far, cause);
  }
  channel.cause = far != nullptr ? 0 : cause;
  channel.dying = true;
  Finish(channel);
}

void AsteriskModel::Ring(ChannelRecord& channel) {
  channel.ari.state = "Ringing";
  Publish(channel, control::ari::UnknownEvent{"ChannelStateChange"});
  Publish(channel, control::ari::Dial{channel.ari.id, "RINGING"});
}

// No ChannelHangupRequest of the ringing channel itself.
void AsteriskModel::RingTimeout(ChannelRecord& channel) {
  if (channel.ari.state == "Up") return;
  channel.cause = 19;
  channel.dying = true;
  Finish(channel);
}

void AsteriskModel::AnswerDialled(ChannelRecord& channel) {
  channel.ari.state = "Up";
  if (ChannelRecord* const far = Find(channel.other_half)) {
    far->ari.state = "Up";
    Publish(*far, control::ari::UnknownEvent{"ChannelStateChange"});
  }
  Publish(channel, control::ari::UnknownEvent{"ChannelStateChange"});
  Publish(channel, control::ari::Dial{channel.ari.id, "ANSWER"});
  StartStasis(channel);
}

// The far end of a Local channel is its ;2 half, whose end takes the ;1 half along.
void AsteriskModel::DestinationHangsUp(const std::string& channel_id) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying) return;
  ended_[channel_id].by_itself = true;
  ChannelRecord* const far = Find(channel->other_half);
  if (far == nullptr) return BeginHangUp(*channel, 16, 16);
  HangUpFarHalf(*far, 16);
}

}  // namespace benari::fakes
