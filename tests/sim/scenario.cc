#include "tests/sim/scenario.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/fakes/random.h"

namespace benari::sim {

using fakes::Destination;
using fakes::Random;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds kTransferTimeout(30);  // over the API

template <typename T>
T OneOf(Random& random, std::initializer_list<T> choices) {
  return *(choices.begin() + random.Below(choices.size()));
}

control::CallConfig DrawCall(Random& random, uint64_t seed) {
  using control::Ringback;
  control::CallConfig call;
  constexpr Ringback kRingbacks[] = {Ringback::kRinging, Ringback::kMusic, Ringback::kNone};
  call.ringback = kRingbacks[seed % std::size(kRingbacks)];
  call.echo_time =
      OneOf(random, {milliseconds(0), milliseconds(200), milliseconds(2000), milliseconds(7000)});
  call.dial_timeout = seconds(5);
  if (random.Below(4) == 0) call.on_no_media = control::OnNoMedia::kHangUp;
  if (random.Below(4) == 0) call.on_media_lost = control::OnMediaLost::kHangUp;
  if (random.Below(4) == 0) call.when_full = control::WhenFull::kContinue;
  return call;
}

// Short ones are as common as those that outlast a lease.
Clock::Duration DrawLength(Random& random, DisasterKind kind) {
  using enum DisasterKind;
  const bool cut = kind == kCutMedia || kind == kCutAsterisk;
  const bool stop =
      kind == kStopControl || kind == kStopAndReplaceControl || kind == kStopMedia || kind == kStopAsterisk;
  if (cut && random.Flip()) return OneOf(random, {seconds(1), seconds(10), seconds(60)});
  if (stop && random.Below(4) == 0) return seconds(30);
  return random.UpTo(
      OneOf(random, {milliseconds(100), milliseconds(1500), milliseconds(12000), milliseconds(30000)}));
}

std::vector<Disaster> DrawDisasters(Random& random, size_t nodes) {
  const uint64_t kind_of_seed = random.Below(10);
  const size_t count = kind_of_seed < 3 ? 0 : kind_of_seed < 7 ? 1 : 2 + random.Below(4);
  std::vector<Disaster> disasters;
  for (size_t i = 0; i < count; ++i) {
    Disaster disaster;
    disaster.kind = static_cast<DisasterKind>(random.Below(kDisasterKinds));
    disaster.at = random.UpTo(seconds(15));
    disaster.length = DrawLength(random, disaster.kind);
    disaster.node = random.Below(nodes);
    disaster.flip = random.Flip();
    disasters.push_back(disaster);
  }
  return disasters;
}

}  // namespace

Destination DrawDestination(Random& random) {
  const Clock::Duration rings = random.Flip() ? Clock::Duration::zero() : random.UpTo(seconds(3));
  switch (random.Below(10)) {
    case 0:
      return Destination::Busy();
    case 1:
      return Destination::Congestion();
    case 2:
      return Destination::Unknown();
    case 3:
      return Destination::Rings();
    case 4:
      return random.Flip() ? Destination::Unroutable() : Destination::Unallocated();
    case 5:
    case 6:
    case 7:
      return Destination::HangsUp(random.UpTo(seconds(6)), rings);
    default:
      return Destination::Answers(rings);
  }
}

std::string ToString(DisasterKind kind) {
  switch (kind) {
    case DisasterKind::kKillControl:
      return "kill control";
    case DisasterKind::kStopControl:
      return "stop control";
    case DisasterKind::kReplaceControl:
      return "replace control";
    case DisasterKind::kTerminateControl:
      return "terminate control";
    case DisasterKind::kStopAndReplaceControl:
      return "stop and replace control";
    case DisasterKind::kKillMedia:
      return "kill media";
    case DisasterKind::kStopMedia:
      return "stop media";
    case DisasterKind::kDrainMedia:
      return "drain media";
    case DisasterKind::kCutMedia:
      return "cut the network to media";
    case DisasterKind::kResetMedia:
      return "reset the connections to media";
    case DisasterKind::kKillAsterisk:
      return "kill Asterisk";
    case DisasterKind::kStopAsterisk:
      return "stop Asterisk";
    case DisasterKind::kCutAsterisk:
      return "cut the network to Asterisk";
    case DisasterKind::kResetAsterisk:
      return "reset the connections to Asterisk";
    case DisasterKind::kSlowAsterisk:
      return "slow Asterisk";
    case DisasterKind::kHangUpMedia:
      return "hang up external media";
    case DisasterKind::kDestroyBridge:
      return "destroy a bridge";
    case DisasterKind::kFailLists:
      return "lists fail";
    case DisasterKind::kSlowLists:
      return "lists are slow";
    case DisasterKind::kFailFast:
      return "requests to Asterisk fail at once";
    case DisasterKind::kCutMachine:
      return "cut a machine off";
    case DisasterKind::kRefuseWatches:
      return "a node refuses watches";
    case DisasterKind::kLoseRenewal:
      return "lose a renewal";
  }
  return "?";
}

std::string ToString(MeddlingKind kind) {
  switch (kind) {
    case MeddlingKind::kRedirect:
      return "redirect";
    case MeddlingKind::kTransfer:
      return "transfer";
    case MeddlingKind::kForeignBridge:
      return "move to another bridge";
    case MeddlingKind::kForeignApp:
      return "move to another application";
  }
  return "?";
}

std::string ToString(OrderKind kind) {
  switch (kind) {
    case OrderKind::kHangUp:
      return "hang up";
    case OrderKind::kTransfer:
      return "transfer";
    case OrderKind::kDigits:
      return "digits";
    case OrderKind::kDocument:
      return "document";
    case OrderKind::kUrl:
      return "url";
  }
  return "?";
}

Clock::Duration Scenario::LongestMedia() const {
  const bool echo = call.flow == control::FlowKind::kEcho;
  if (echo && !RunsDocuments()) return *call.echo_time;
  // Each control that adopts a stream counts its time anew, and so does a bot that goes on after a transfer.
  const bool anew = RunsDocuments();
  const auto times = static_cast<int>(anew ? 2 + disasters.size() : 1);
  const bool stays = call.transfer == control::Transfer::kAttended;
  Clock::Duration dials = stays ? kTransferTimeout : Clock::Duration(call.dial_timeout);
  for (const Disaster& disaster : disasters) dials += stays ? disaster.length : seconds(0);
  const Clock::Duration with_bot = times * *call.bot.max_time + dials + seconds(1);
  return echo ? std::max<Clock::Duration>(*call.echo_time, with_bot) : with_bot;
}

bool Scenario::RunsDocuments() const {
  return call.flow == control::FlowKind::kWebhook || !dial_outs.empty() ||
         std::any_of(phones.begin(), phones.end(), [](const Phone& phone) { return !phone.orders.empty(); });
}

Clock::Duration Scenario::LongestSettling() const { return RunsDocuments() ? seconds(400) : seconds(120); }

Clock::Duration Scenario::Length() const {
  Clock::Duration length = seconds(1);
  for (const Phone& phone : phones) {
    length = std::max(length, phone.at);
    if (phone.meddling.has_value())
      length =
          std::max(length, phone.at + phone.meddling->after + phone.meddling->length.value_or(seconds(0)));
  }
  const auto add = [&length](Clock::Duration begin, const std::vector<Order>& orders) {
    for (const Order& order : orders) length = std::max(length, begin + order.after);
  };
  for (const Phone& phone : phones) add(phone.at, phone.orders);
  for (const DialOut& dial_out : dial_outs) {
    length = std::max(length, dial_out.at);
    add(dial_out.at, dial_out.orders);
  }
  for (const Disaster& disaster : disasters) length = std::max(length, disaster.at + disaster.length);
  if (neighbour.has_value()) length = std::max(length, neighbour->at + neighbour->length);
  if (neighbour.has_value())
    for (const Phone& phone : neighbour->phones) length = std::max(length, phone.at);
  return length + seconds(1);
}

// A node that dies, hangs or is cut off is replaced while it is away, and its return harms nobody.
Clock::Duration Disaster::end() const {
  using enum DisasterKind;
  if (kind == kKillMedia || kind == kCutMedia || kind == kStopMedia || kind == kReplaceControl) return at;
  // Those who are served do not notice.
  if (IsOfLists() || kind == kRefuseWatches || kind == kLoseRenewal) return at;
  return at + length;
}

bool Scenario::IsDisturbed(Clock::Duration at) const { return IsDisturbedBetween(at, at); }

bool Scenario::IsDisturbedBetween(Clock::Duration from, Clock::Duration to) const {
  return std::any_of(disasters.begin(), disasters.end(), [from, to](const Disaster& disaster) {
    return disaster.at <= to && from <= disaster.end() + kLookInterval;
  });
}

bool Scenario::IsOnlyMachineCut(Clock::Duration at) const {
  bool cut = false;
  for (const Disaster& disaster : disasters) {
    if (disaster.at > at || at > disaster.at + disaster.length + kLookInterval) continue;
    if (disaster.kind != DisasterKind::kCutMachine) return false;
    cut = true;
  }
  return cut;
}

bool Scenario::IsAsteriskDisturbed(Clock::Duration at) const {
  return std::any_of(disasters.begin(), disasters.end(), [at](const Disaster& disaster) {
    const bool lists = disaster.IsOfLists();  // one that began takes its time
    const Clock::Duration end = disaster.at + disaster.length + (lists ? seconds(5) : seconds(0));
    return (disaster.IsOfAsterisk() || lists) && disaster.at <= at && at <= end + kLookInterval;
  });
}

bool Scenario::IsNodeSilent(Clock::Duration from, Clock::Duration to) const {
  using enum DisasterKind;
  return std::any_of(disasters.begin(), disasters.end(), [&](const Disaster& each) {
    const bool silent = each.kind == kKillMedia || each.kind == kStopMedia || each.kind == kDrainMedia ||
                        each.kind == kCutMedia;
    return silent && each.at <= to && from <= each.at + each.length + kLookInterval;
  });
}

bool Scenario::Has(std::initializer_list<DisasterKind> kinds) const {
  return std::any_of(disasters.begin(), disasters.end(), [&](const Disaster& disaster) {
    return std::find(kinds.begin(), kinds.end(), disaster.kind) != kinds.end();
  });
}

bool Scenario::HasUnroutable() const {
  return std::any_of(phones.begin(), phones.end(), [](const Phone& phone) {
    return phone.destination.kind == Destination::Kind::kUnroutable;
  });
}

bool Scenario::HasMeddling(MeddlingKind kind) const {
  return std::any_of(phones.begin(), phones.end(), [kind](const Phone& phone) {
    return phone.meddling.has_value() && phone.meddling->kind == kind;
  });
}

bool Scenario::IsCalm() const {
  const bool meddled = std::any_of(phones.begin(), phones.end(), [](const Phone& phone) {
    return phone.meddling.has_value() || phone.retries > 0;
  });
  return disasters.empty() && request_faults == 0 && !control_ends && !meddled;
}

Scenario Draw(uint64_t seed, const Dimensions& dimensions) {
  Random random(seed);
  Scenario scenario;
  scenario.seed = seed;
  scenario.dimensions = dimensions;
  scenario.call = DrawCall(random, seed);
  scenario.app.max_calls = random.Below(4) == 0 ? 1 + random.Below(4) : 200;
  scenario.asterisk.seed = random.Next();
  scenario.media.ports_per_node = random.Below(4) == 0 ? static_cast<int>(1 + random.Below(4)) : 100;
  scenario.media.media_flows = random.Below(8) != 0;
  const size_t nodes = 1 + random.Below(3);
  for (size_t i = 1; i <= nodes; ++i) scenario.nodes.push_back(absl::StrCat("media-", i, ":50051"));
  scenario.jitter = OneOf(random, {milliseconds(0), milliseconds(2), milliseconds(20), milliseconds(200)});
  scenario.request_faults = OneOf(random, {0, 0, 10, 50});
  const size_t phones = random.Below(40) == 0 ? 50 : 1 + random.Below(12);
  for (size_t i = 0; i < phones; ++i) {
    Phone phone;
    phone.at = random.UpTo(seconds(15));
    if (random.Below(3) != 0)
      phone.hangs_up_after = random.UpTo(OneOf(random, {milliseconds(50), milliseconds(12000)}));
    phone.destination = DrawDestination(random);
    scenario.phones.push_back(phone);
  }
  scenario.disasters = DrawDisasters(random, nodes);
  scenario.control_ends = random.Below(8) == 0;
  Widen(scenario, dimensions);
  return scenario;
}

}  // namespace benari::sim
