// Every request of a call × everything that can go wrong with it, and × a hang-up at that very moment.
// Afterwards nothing is left and no sweep was needed. The requests are found by running one call, so a
// request that is added to the call is in the matrix by itself.
#include <gtest/gtest.h>

#include <set>

#include "control/twiml/parser.h"
#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using fakes::FaultKind;
using fakes::Step;
using std::chrono::milliseconds;
using std::chrono::seconds;

enum class Path { kEcho, kBot, kBotThenDialPlan, kWebhook };

constexpr char kWebhook[] = "http://bots/voice";
constexpr char kDocument[] =
    "<Play>sound:beep</Play><Say>Hello</Say><Play>tone:ring</Play><Connect><Stream url='ws://bot'/></Connect>"
    "<Dial><Number>1</Number><Number>2</Number></Dial>";

CallConfig ShortCall(Path path) {
  CallConfig config;
  config.echo_time = milliseconds(200);
  config.webhook.dial_out_endpoint = "Local/{number}@default/n";
  if (path == Path::kEcho) return config;
  config.flow = path == Path::kWebhook ? FlowKind::kWebhook : FlowKind::kBot;
  config.webhook.url = kWebhook;
  config.ringback = Ringback::kMusic;
  config.bot.url = "ws://bot";
  config.bot.on_close = path == Path::kBot ? AfterBot::kTransfer : AfterBot::kContinue;
  return config;
}

// The world of one cell of the matrix: a destination that answers and hangs up after a second.
std::unique_ptr<ControlWorld> MakeWorld(uint64_t seed, Path path = Path::kEcho) {
  fakes::AsteriskOptions options;
  options.seed = seed;
  auto world = std::make_unique<ControlWorld>(ShortCall(path), options);
  world->asterisk.SetDestination("", Destination::HangsUp(seconds(1)));
  world->asterisk.SetDestination("1", Destination::Rings());
  world->media.SetBot("ws://bot", fakes::BotScript::ClosesAfter(milliseconds(200)));
  world->webhooks.Set(kWebhook, {{kDocument}});
  world->speaker.configured = true;
  world->Start();
  return world;
}

// Requests that one undisturbed call makes, by name and number; those of the background (renewing, listing)
// left out.
std::vector<Step> StepsOfACall(Path path) {
  const auto world = MakeWorld(1, path);
  const size_t before = world->control->faults().steps().size();
  const CallOutcome outcome =
      path == Path::kBotThenDialPlan ? CallOutcome::kContinued : CallOutcome::kCompleted;
  const std::string caller = world->Caller();
  if (path != Path::kEcho) {
    EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
    world->asterisk.Press(caller, "1");
  }
  EXPECT_TRUE(world->Until([&] { return world->Ended(outcome) == 1; }));
  world->RunFor(seconds(2));  // channels take a moment to go
  EXPECT_EQ(world->Leftovers(), "");
  const std::set<std::string> background = {"media.KeepAlive", "media.ListSessions"};
  std::vector<Step> steps;
  const auto& all = world->control->faults().steps();
  for (size_t i = before; i < all.size(); ++i) {
    if (!background.contains(all[i].operation)) steps.push_back(all[i]);
  }
  return steps;
}

// Whether anything could be left for good where a request took effect after it had been given up: only then
// may the sweep have worked.
bool MayNeedSweep(FaultKind kind) {
  return kind == FaultKind::kTimeoutAfter || kind == FaultKind::kUnreachableAfter;
}

void ExpectNothingLeft(ControlWorld& world, FaultKind kind) {
  EXPECT_TRUE(world.UntilNoCalls()) << "a call without an outcome";
  world.RunFor(seconds(45));  // a lease's time to live, and a sweep
  EXPECT_EQ(world.Leftovers(), "");
  if (!MayNeedSweep(kind)) {
    EXPECT_EQ(world.control->Metric("benari_control_swept_total"), 0);
  }
}

class FaultMatrix : public ::testing::TestWithParam<Path> {};

std::string NameOf(const ::testing::TestParamInfo<Path>& test) {
  constexpr const char* kNames[] = {"Echo", "Bot", "BotThenDialPlan", "Webhook"};
  return kNames[static_cast<size_t>(test.param)];
}

INSTANTIATE_TEST_SUITE_P(Paths, FaultMatrix,
                         ::testing::Values(Path::kEcho, Path::kBot, Path::kBotThenDialPlan, Path::kWebhook),
                         NameOf);

TEST(Faults, TheStepsOfABotsCallAreKnown) {
  std::set<std::string> operations;
  for (const Path path : {Path::kBot, Path::kBotThenDialPlan, Path::kWebhook}) {
    for (const Step& step : StepsOfACall(path)) operations.insert(step.operation);
  }
  for (const char* wanted : {"media.SendDigit", "ari.StartMusic", "ari.StopMusic", "ari.SetVariable",
                             "ari.ContinueInDialplan", "ari.Originate", "ari.Play", "ari.StopPlayback"}) {
    EXPECT_TRUE(operations.contains(wanted)) << wanted;
  }
}

TEST(Faults, TheStepsOfACallAreKnown) {
  const std::vector<Step> steps = StepsOfACall(Path::kEcho);
  std::set<std::string> operations;
  for (const Step& step : steps) operations.insert(step.operation);
  for (const char* wanted :
       {"media.LeasePort", "ari.CreateExternalMedia", "ari.CreateBridge", "media.StartSession",
        "ari.AddToBridge", "ari.HangUp", "media.StopSession", "media.ReleasePort", "ari.Originate",
        "ari.DestroyBridge", "ari.Ring", "ari.StopRinging"}) {
    EXPECT_TRUE(operations.contains(wanted)) << wanted;
  }
}

TEST_P(FaultMatrix, EveryStepTimesEveryFault) {
  for (const Step& step : StepsOfACall(GetParam())) {
    for (const FaultKind kind : fakes::AllFaultKinds()) {
      for (const int status : {500, 404, 400}) {
        const bool answers = kind == FaultKind::kErrorBefore || kind == FaultKind::kErrorAfter;
        if (!answers && status != 500) continue;
        // Asterisk says 404 to these where the thing is not there, and never otherwise.
        const bool undoes = step.operation == "ari.HangUp" || step.operation == "ari.DestroyBridge" ||
                            step.operation == "ari.StopPlayback" || step.operation == "ari.SetVariable" ||
                            step.operation == "ari.ContinueInDialplan";
        if (undoes && status == 404 && kind == FaultKind::kErrorBefore) continue;
        SCOPED_TRACE(step.ToString() + " " + fakes::ToString(kind) + " " + std::to_string(status));
        const auto world = MakeWorld(7, GetParam());
        fakes::Fault fault;
        fault.kind = kind;
        fault.status = status;
        fault.delay = milliseconds(2000);
        world->control->faults().Add(step.operation, step.nth, fault);
        world->Caller();
        ExpectNothingLeft(*world, kind);
      }
    }
  }
}

enum class Moment { kRequestSetsOut, kAnswerArrives };

TEST_P(FaultMatrix, EveryStepTimesEveryHangUp) {
  for (const Step& step : StepsOfACall(GetParam())) {
    for (const Moment moment : {Moment::kRequestSetsOut, Moment::kAnswerArrives}) {
      for (const char* who : {"caller", "destination", "external media", "API", "redirect"}) {
        SCOPED_TRACE(step.ToString() + (moment == Moment::kRequestSetsOut ? " before, " : " after, ") + who);
        const auto world = MakeWorld(7, GetParam());
        std::string caller;
        const auto hang_up = [&](const Step& now) {
          if (now.ToString() != step.ToString()) return;
          if (std::string(who) == "caller") world->asterisk.CallerHangsUp(caller);
          if (std::string(who) == "destination")
            world->asterisk.DestinationHangsUp("benari." + caller + ".destination");
          if (std::string(who) == "external media")
            world->asterisk.HangUp("benari." + caller + ".media1", "normal");
          if (std::string(who) == "API") world->control->app().HangUp(caller);
          if (std::string(who) == "redirect")
            world->control->app().Redirect(caller, *twiml::Parse("<Response><Dial>7</Dial></Response>"));
        };
        if (moment == Moment::kRequestSetsOut) {
          world->control->faults().Before(hang_up);
        } else {
          world->control->faults().After(hang_up);
        }
        caller = world->Caller();
        ExpectNothingLeft(*world, FaultKind::kNone);
      }
    }
  }
}

TEST_P(FaultMatrix, EveryStepTimesADyingNode) {
  for (const Step& step : StepsOfACall(GetParam())) {
    SCOPED_TRACE(step.ToString());
    const auto world = MakeWorld(7, GetParam());
    world->control->faults().Before([&](const Step& now) {
      if (now.ToString() == step.ToString()) world->media.Kill(ControlWorld::kNode1);
    });
    world->Caller();
    ExpectNothingLeft(*world, FaultKind::kNone);
  }
}

// What the sweep asks for fails, or takes three seconds, and callers come just before, meanwhile and just
// after: they have their call as if nothing were wrong.
TEST(Faults, EveryFaultOfASweepTimesCallersAroundIt) {
  for (const char* list : {"ari.GetApplication", "ari.ListBridges", "ari.ListChannels"}) {
    for (const FaultKind kind : fakes::AllFaultKinds()) {
      for (const int ms : {-1200, -300, -50, 1, 50, 1000, 4000}) {
        SCOPED_TRACE(std::string(list) + " " + fakes::ToString(kind) + " " + std::to_string(ms) + " ms");
        const auto world = MakeWorld(7);
        fakes::Fault fault;
        fault.kind = kind;
        fault.delay = milliseconds(3000);
        world->control->faults().Add(list, 2, fault);  // 1 was asked for at the start
        world->RunFor(StasisApp::Options().sweep_interval + milliseconds(ms));
        world->Caller();
        EXPECT_TRUE(world->Until([&] { return world->Ended(CallOutcome::kCompleted) == 1; }, seconds(3)));
        world->RunFor(seconds(1));  // channels take a moment to go
        EXPECT_EQ(world->Leftovers(), "");
      }
    }
  }
}

// The test of the test: a call that forgets its clean-up for a while after a hang-up, as a process would that
// runs an undo too late, must be seen by the same checks.
TEST(Faults, ALateUndoIsCaught) {
  const auto world = MakeWorld(7);
  fakes::Fault late;
  late.kind = FaultKind::kDelayed;
  late.delay = std::chrono::hours(1);
  world->control->faults().Add("media.ReleasePort", 1, late);
  world->control->faults().Add("ari.DestroyBridge", 1, late);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->asterisk.CallerHangsUp(caller);
  world->RunFor(milliseconds(500));
  EXPECT_NE(world->Leftovers(), "");
}

}  // namespace
}  // namespace benari::control
