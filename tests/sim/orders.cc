#include "tests/sim/orders.h"

#include "absl/strings/str_cat.h"
#include "tests/sim/documents.h"

namespace benari::sim {

using fakes::BotScript;
using fakes::Destination;
using fakes::Random;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr const char* kBots[] = {"ws://bot/first", "ws://bot/second"};
constexpr char kNumber[] = "4438007";
constexpr char kDigits[] = "12#";

Order DrawSource(Random& random) {
  Order source;
  source.kind = random.Flip() ? OrderKind::kDocument : OrderKind::kUrl;
  source.what = source.kind == OrderKind::kDocument ? DrawDocument(random) : kOrderedUrl;
  return source;
}

Order DrawOrder(Random& random) {
  Order order;
  switch (random.Below(8)) {
    case 0:
      order.kind = OrderKind::kHangUp;
      break;
    case 1:
      order = {OrderKind::kDigits, {}, kDigits};
      break;
    case 2:
    case 3:
      order = {OrderKind::kTransfer, {}, kNumber};
      break;
    default:
      order = DrawSource(random);
  }
  order.after = random.UpTo(random.Flip() ? milliseconds(400) : milliseconds(12000));
  return order;
}

// What documents name, unless bots were drawn already.
void PrepareDocuments(Scenario& scenario, Random& random) {
  scenario.call.webhook.dial_out_endpoint = "Local/{number}@default/n";
  if (!scenario.documents.contains(kOrderedUrl)) scenario.documents[kOrderedUrl] = DrawAnswer(random);
  for (const char* bot : kBots)
    scenario.media.bots.emplace(bot,
                                random.Flip() ? BotScript::Answers() : BotScript::ClosesAfter(seconds(3)));
  if (scenario.call.flow == control::FlowKind::kEcho) scenario.call.bot.reconnect = seconds(2);
  scenario.call.bot.max_time = seconds(7);
}

Destination DrawCallee(Random& random) {
  const Clock::Duration rings = random.Flip() ? Clock::Duration::zero() : random.UpTo(seconds(4));
  switch (random.Below(8)) {
    case 0:
      return Destination::Busy();
    case 1:
      return random.Flip() ? Destination::Unallocated() : Destination::Congestion();
    case 2:
      return Destination::Rings();
    case 3:
      return Destination::Unroutable();
    case 4:
      return Destination::HangsUp(random.UpTo(seconds(6)), rings);
    default:
      return Destination::Answers(rings);
  }
}

}  // namespace

void DrawOrders(Scenario& scenario, Random& random) {
  PrepareDocuments(scenario, random);
  for (Phone& phone : scenario.phones) {
    for (uint64_t orders = random.Below(3); orders > 0; --orders) phone.orders.push_back(DrawOrder(random));
  }
}

void DrawAttended(Scenario& scenario, Random& random) {
  PrepareDocuments(scenario, random);
  control::CallConfig& call = scenario.call;
  call.transfer = control::Transfer::kAttended;
  if (call.flow == control::FlowKind::kEcho) {
    call.flow = control::FlowKind::kBot;
    call.bot.url = kBots[0];
    call.bot.on_close = call.bot.on_failure = control::AfterBot::kTransfer;
  }
  for (Phone& phone : scenario.phones) {
    if (random.Flip()) continue;
    phone.orders = {{OrderKind::kTransfer, random.UpTo(seconds(6)), kNumber}};
    if (random.Flip()) phone.hangs_up_after.reset();
  }
}

void DrawDialOuts(Scenario& scenario, Random& random) {
  PrepareDocuments(scenario, random);
  const uint64_t count = 1 + random.Below(6);
  for (uint64_t i = 0; i < count; ++i) {
    DialOut dial_out;
    dial_out.at = random.UpTo(seconds(15));
    dial_out.to = absl::StrCat(49301 + i);
    dial_out.callee = DrawCallee(random);
    dial_out.source = DrawSource(random);
    if (random.Below(3) == 0) dial_out.orders.push_back(DrawOrder(random));
    scenario.dial_outs.push_back(std::move(dial_out));
  }
}

}  // namespace benari::sim
