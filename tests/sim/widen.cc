// What the dimensions add to a scenario.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/fakes/random.h"
#include "tests/sim/documents.h"
#include "tests/sim/neighbour_side.h"
#include "tests/sim/orders.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

using fakes::Random;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

void AddDisaster(Scenario& scenario, DisasterKind kind, Clock::Duration at, Clock::Duration length) {
  Disaster disaster;
  disaster.kind = kind;
  disaster.at = at;
  disaster.length = length;
  scenario.disasters.push_back(disaster);
}

void LatePhones(Scenario& scenario, Random& random) {
  for (Phone& phone : scenario.phones) phone.at = random.UpTo(seconds(70));
  const bool late = random.Flip();
  for (Disaster& disaster : scenario.disasters) {
    if (late) disaster.at = random.UpTo(seconds(60));
  }
}

// Half of them around the sweep at 30 s, with callers who come just then.
void Lists(Scenario& scenario, Random& random) {
  const bool at_sweep = random.Flip();
  const Clock::Duration at = at_sweep ? seconds(25) + random.UpTo(seconds(7)) : random.UpTo(seconds(30));
  const auto kind = random.Flip() ? DisasterKind::kFailLists : DisasterKind::kSlowLists;
  AddDisaster(scenario, kind, at, random.UpTo(seconds(12)));
  for (Phone& phone : scenario.phones) {
    if (at_sweep && random.Flip()) phone.at = at + random.UpTo(seconds(10));
  }
}

void Meddle(Scenario& scenario, Random& random, std::initializer_list<MeddlingKind> kinds) {
  for (Phone& phone : scenario.phones) {
    if (random.Flip() || phone.meddling.has_value()) continue;
    Meddling meddling;
    meddling.kind = *(kinds.begin() + random.Below(kinds.size()));
    meddling.after = random.UpTo(seconds(12));
    if (random.Flip()) meddling.length = random.UpTo(seconds(6));
    phone.meddling = meddling;
    if (random.Flip()) phone.hangs_up_after.reset();
  }
}

void Reentry(Scenario& scenario, Random& random) {
  Meddle(scenario, random, {MeddlingKind::kRedirect});
  const bool retries = scenario.call.when_full == control::WhenFull::kContinue && random.Flip();
  for (Phone& phone : scenario.phones) phone.retries = retries ? static_cast<int>(random.Below(4)) : 0;
}

void Machines(Scenario& scenario, Random& random) {
  scenario.machines = 2;
  while (scenario.nodes.size() < 2)
    scenario.nodes.push_back(absl::StrCat("media-", scenario.nodes.size() + 1, ":50051"));
  if (random.Flip()) scenario.call.echo_time = seconds(30);
  constexpr seconds kLengths[] = {seconds(2), seconds(9), seconds(25), seconds(60)};
  AddDisaster(scenario, DisasterKind::kCutMachine, random.UpTo(seconds(15)), kLengths[random.Below(4)]);
  scenario.disasters.back().machine = random.Below(4) == 0 ? 1 : 0;
}

void SlowRenewal(Scenario& scenario, Random& random) {
  scenario.keeper.interval = seconds(5);
  scenario.media_client.keep_alive_deadline = scenario.media_client.deadline;
  scenario.media_client.lease_ttl = seconds(15);
  for (const seconds at : {seconds(2), seconds(20)}) {  // never two in a row
    AddDisaster(scenario, DisasterKind::kLoseRenewal, at + random.UpTo(seconds(8)), {});
    scenario.disasters.back().node = random.Below(scenario.nodes.size());
  }
}

void Watches(Scenario& scenario, Random& random) {
  AddDisaster(scenario, DisasterKind::kRefuseWatches, random.UpTo(seconds(15)), random.UpTo(seconds(20)));
  scenario.disasters.back().node = random.Below(scenario.nodes.size());
}

fakes::BotScript DrawBot(Random& random) {
  switch (random.Below(8)) {
    case 0:
      return fakes::BotScript::Never();
    case 1:
      return fakes::BotScript::Refused();
    case 2:
      return fakes::BotScript::AnswersAfter(random.UpTo(seconds(5)));
    case 3:
      return fakes::BotScript::DiesAfter(random.UpTo(seconds(4)));
    case 4:
      return fakes::BotScript::DiesAfter(random.UpTo(seconds(4)), random.UpTo(seconds(3)));
    case 5:
      return fakes::BotScript::Answers();
    default:
      return fakes::BotScript::ClosesAfter(random.UpTo(seconds(6)));
  }
}

void DrawBots(Scenario& scenario, Random& random) {
  control::BotSettings& bot = scenario.call.bot;
  bot.reconnect = random.Flip() ? seconds(2) : seconds(0);
  bot.max_time = seconds(7);
  scenario.media.bots["ws://bot/first"] = DrawBot(random);
  scenario.media.bots["ws://bot/second"] = DrawBot(random);
}

// Whatever becomes of them, the destination follows, as after an echo.
void Bots(Scenario& scenario, Random& random) {
  scenario.call.flow = control::FlowKind::kBot;
  control::BotSettings& bot = scenario.call.bot;
  bot.url = "ws://bot/first";
  if (random.Flip()) bot.fallback_url = "ws://bot/second";
  bot.on_close = bot.on_failure = control::AfterBot::kTransfer;
  DrawBots(scenario, random);
}

// In the place of those bots, if they were drawn as well.
void Webhooks(Scenario& scenario, Random& random) {
  DrawBots(scenario, random);
  DrawDocuments(scenario, random);
}

}  // namespace

void Widen(Scenario& scenario, const Dimensions& dimensions) {
  const bool quiet = scenario.disasters.empty() && scenario.request_faults == 0 && !scenario.control_ends;
  // An instance that was stopped while another took over may act once on what was meant for its successor.
  const bool fenced =
      std::none_of(scenario.disasters.begin(), scenario.disasters.end(),
                   [](const Disaster& each) { return each.kind == DisasterKind::kStopAndReplaceControl; });
  const auto draws = [&](Dimension dimension, uint64_t of, Random& random) {
    random = Random(scenario.seed * 131 + static_cast<uint64_t>(dimension) + 1);
    return dimensions.contains(dimension) && random.Below(of) == 0;
  };
  Random random(0);
  if (draws(Dimension::kLatePhones, 4, random)) LatePhones(scenario, random);
  if (draws(Dimension::kLists, 6, random)) Lists(scenario, random);
  if (draws(Dimension::kReentry, 6, random) && fenced) Reentry(scenario, random);
  if (draws(Dimension::kTransfers, 4, random) && quiet) Meddle(scenario, random, {MeddlingKind::kTransfer});
  if (draws(Dimension::kMoves, 8, random) && fenced)
    Meddle(scenario, random, {MeddlingKind::kForeignBridge, MeddlingKind::kForeignApp});
  if (draws(Dimension::kMachines, 6, random)) Machines(scenario, random);
  if (draws(Dimension::kStandbys, 2, random) && scenario.machines > 1) scenario.standbys = true;
  if (draws(Dimension::kFailFast, 8, random))
    AddDisaster(scenario, DisasterKind::kFailFast, random.UpTo(seconds(15)), random.UpTo(milliseconds(1500)));
  if (draws(Dimension::kSlowRenewal, 4, random) && quiet && scenario.machines == 1)
    SlowRenewal(scenario, random);
  if (draws(Dimension::kWatches, 8, random)) Watches(scenario, random);
  if (draws(Dimension::kBots, 3, random)) Bots(scenario, random);
  if (draws(Dimension::kWebhooks, 4, random)) Webhooks(scenario, random);
  if (draws(Dimension::kOrders, 4, random)) DrawOrders(scenario, random);
  if (draws(Dimension::kAttended, 8, random)) DrawAttended(scenario, random);
  if (draws(Dimension::kDialOuts, 5, random)) DrawDialOuts(scenario, random);
  if (draws(Dimension::kOwners, 6, random)) DrawNeighbour(scenario, random);
}

}  // namespace benari::sim
