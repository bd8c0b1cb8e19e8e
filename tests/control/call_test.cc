// The call against a modelled Asterisk: what it comes to, and that nothing is left.
#include "control/call/call.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class CallTest : public ::testing::Test {
 protected:
  // A world with this configuration, serving, and one caller.
  void Begin(CallConfig config = {}, StasisApp::Options options = {}, fakes::AsteriskOptions asterisk = {}) {
    world = std::make_unique<ControlWorld>(config, asterisk, options);
    world->asterisk.SetDestination("", Destination::Answers());
    world->Start();
  }
  void ExpectEnd(CallOutcome outcome) {
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(5));
    EXPECT_EQ(world->Ended(outcome), 1) << "expected " << ToString(outcome);
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->control->Metric("benari_control_undo_failures_total"), 0);
    EXPECT_EQ(world->control->Metric("benari_control_swept_total"), 0);
  }
  int CauseOf(const std::string& channel_id) { return world->asterisk.EndOf(channel_id)->cause; }

  std::unique_ptr<ControlWorld> world;
};

TEST_F(CallTest, EchoesSevenSecondsAndConnectsTheDestination) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const auto echo_began = world->timers.Now();
  EXPECT_NE(world->media.Leftovers(), "");
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
  EXPECT_GE(world->timers.Now() - echo_began, seconds(7));
  EXPECT_LT(world->timers.Now() - echo_began, milliseconds(7100));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(world->media.Leftovers(), "") << "the port goes back when the echo is over";
  world->RunFor(seconds(60));
  world->asterisk.DestinationHangsUp("benari." + caller + ".destination");
  ExpectEnd(CallOutcome::kCompleted);
  EXPECT_EQ(CauseOf(caller), 16);
  EXPECT_EQ(world->control->Metric("benari_control_call_setup_duration_seconds"), 1);
}

TEST_F(CallTest, TheCallerHearsTheRingbackUntilTheDestinationAnswers) {
  for (const Ringback ringback : {Ringback::kRinging, Ringback::kMusic, Ringback::kNone}) {
    CallConfig config;
    config.ringback = ringback;
    Begin(config);
    world->asterisk.SetDestination("", Destination::Answers(seconds(3)));
    const std::string caller = world->Caller();
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
    world->RunFor(milliseconds(500));
    EXPECT_EQ(world->asterisk.channels().at(caller).hears_ringing, ringback == Ringback::kRinging);
    EXPECT_EQ(world->asterisk.channels().at(caller).hears_music, ringback == Ringback::kMusic);
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    EXPECT_FALSE(world->asterisk.channels().at(caller).hears_ringing);
    EXPECT_FALSE(world->asterisk.channels().at(caller).hears_music);
    world->asterisk.CallerHangsUp(caller);
    ExpectEnd(CallOutcome::kCompleted);
  }
}

TEST_F(CallTest, CallerHangsUpWhileConnected) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

TEST_F(CallTest, CallerHangsUpAtAnyMoment) {
  for (int ms = 0; ms < 60; ++ms) {
    SCOPED_TRACE(ms);
    Begin();
    const std::string caller = world->Caller();
    world->RunFor(milliseconds(ms));
    world->asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(5));
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->control->Metric("benari_control_swept_total"), 0);
  }
}

struct Unreached {
  const char* name;
  Destination destination;
  CallOutcome outcome;
  int caller_cause;  // Q.850, of the caller's hang-up
};

class UnreachedTest : public CallTest, public ::testing::WithParamInterface<Unreached> {};

TEST_P(UnreachedTest, TheCallerIsHungUpWithAFittingCause) {
  CallConfig config;
  config.echo_time = milliseconds(100);
  Begin(config);
  world->asterisk.SetDestination("", GetParam().destination);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->Until([&] { return world->asterisk.EndOf(caller).has_value(); }));
  EXPECT_EQ(CauseOf(caller), GetParam().caller_cause);
  ExpectEnd(GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(
    Destinations, UnreachedTest,
    ::testing::Values(Unreached{"Busy", Destination::Busy(), CallOutcome::kDestinationBusy, 17},
                      Unreached{"Unallocated", Destination::Unallocated(), CallOutcome::kDestinationUnknown,
                                1},
                      Unreached{"Rings", Destination::Rings(), CallOutcome::kDestinationNoAnswer, 19},
                      Unreached{"Congestion", Destination::Congestion(), CallOutcome::kDestinationFailed, 34},
                      Unreached{"Unroutable", Destination::Unroutable(), CallOutcome::kFailed, 34}),
    [](const auto& test) { return test.param.name; });

TEST_F(CallTest, CallerHangsUpWhileTheDestinationRings) {
  CallConfig config;
  config.echo_time = milliseconds(100);
  Begin(config);
  world->asterisk.SetDestination("", Destination::Rings());
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
  world->RunFor(seconds(3));
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCallerHungUp);
}

TEST_F(CallTest, CallerHangsUpInTheSetUpAndItsNewsComeLate) {
  Begin();
  const std::string caller = world->Caller();
  world->control->faults().Before([&](const fakes::Step& step) {
    if (step.operation != "ari.AddToBridge") return;
    world->control->ari().DelayEvents([] { return seconds(2); });
    world->asterisk.CallerHangsUp(caller);
  });
  ExpectEnd(CallOutcome::kCallerHungUp);
}

TEST_F(CallTest, WithoutEchoTimeNoMediaIsAskedFor) {
  CallConfig config;
  config.echo_time = milliseconds(0);
  Begin(config);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  for (const fakes::Step& step : world->control->faults().steps())
    EXPECT_NE(step.operation, "media.LeasePort");
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

TEST_F(CallTest, AnEchoForEverEndsWithTheCaller) {
  CallConfig config;
  config.echo_time.reset();
  Begin(config);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->RunFor(std::chrono::hours(10));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCallerHungUp);
}

TEST_F(CallTest, AnExternalMediaChannelThatIsHungUpIsReplaced) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->RunFor(seconds(3));
  world->asterisk.HangUp("benari." + caller + ".media1", "normal");
  ASSERT_TRUE(
      world->Until([&] { return world->control->Metric("benari_control_media_replaced_total") == 1; }));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

TEST_F(CallTest, ANodeThatDiesIsReplacedByAnother) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const std::string node = world->control->app().table().Find(caller)->media().node();
  world->RunFor(seconds(2));
  const auto died = world->timers.Now();
  world->media.Kill(node);
  ASSERT_TRUE(
      world->Until([&] { return world->control->Metric("benari_control_media_replaced_total") == 1; }));
  EXPECT_LT(world->timers.Now() - died, seconds(2));
  EXPECT_NE(world->control->app().table().Find(caller)->media().node(), node);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

// The nodes have closed the connections of a control that answered nothing (SIGSTOP) for a while.
TEST_F(CallTest, AControlThatStoodStillTakesNoNodeForLost) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  for (const milliseconds length : {milliseconds(1510), milliseconds(2000), milliseconds(2250)}) {
    world->control->process().Stop();
    world->RunFor(length);
    std::set<std::string> cut;
    world->control->faults().ChooseWith([&cut](const fakes::Step& step) {
      fakes::Fault fault;
      if (step.operation == "media.KeepAlive" && cut.insert(step.to).second)
        fault.kind = fakes::FaultKind::kUnreachableBefore;
      return fault;
    });
    world->control->process().Continue();
    world->RunFor(milliseconds(200));
    EXPECT_EQ(cut.size(), 2u);
    world->control->faults().ChooseWith([](const fakes::Step&) { return fakes::Fault(); });
  }
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(world->control->Metric("benari_control_media_replaced_total"), 0);
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

// All that was to come while it stood still is there when it goes on, and every deadline has passed.
TEST_F(CallTest, AControlThatStandsStillAtAnyMomentOfASetUpGoesOnWithIt) {
  fakes::AsteriskOptions asterisk;
  asterisk.order = fakes::Order::kAnswerFirst;
  asterisk.max_event_delay = milliseconds(3);
  for (int quarter_ms = 0; quarter_ms < 120; ++quarter_ms) {
    SCOPED_TRACE(quarter_ms);
    Begin({}, {}, asterisk);
    const std::string caller = world->Caller();
    world->RunFor(microseconds(250) * quarter_ms);
    world->control->process().Stop();
    world->RunFor(seconds(8));
    world->control->process().Continue();
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    world->asterisk.CallerHangsUp(caller);
    ExpectEnd(CallOutcome::kCompleted);
  }
}

TEST_F(CallTest, WithNoOtherNodeTheCallGoesOnToTheDestination) {
  Begin();
  world->media.Kill(ControlWorld::kNode1);
  world->RunFor(seconds(5));
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->media.Kill(ControlWorld::kNode2);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

TEST_F(CallTest, WithNoOtherNodeTheCallEndsIfSoConfigured) {
  CallConfig config;
  config.on_media_lost = OnMediaLost::kHangUp;
  Begin(config);
  world->media.Kill(ControlWorld::kNode1);
  world->RunFor(seconds(5));
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->media.Kill(ControlWorld::kNode2);
  ASSERT_TRUE(world->UntilNoCalls());
  ExpectEnd(CallOutcome::kNoMedia);
}

TEST_F(CallTest, SilenceIsCountedAndTheCallGoesOn) {
  Begin();
  world->media.SetMediaFlows(false);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(world->control->Metric("benari_control_media_missing_total", "nothing_arrived"), 1);
  world->asterisk.CallerHangsUp(caller);
  ExpectEnd(CallOutcome::kCompleted);
}

TEST_F(CallTest, SilenceEndsTheCallIfSoConfigured) {
  CallConfig config;
  config.on_no_media = OnNoMedia::kHangUp;
  Begin(config);
  world->media.SetMediaFlows(false);
  world->Caller();
  ASSERT_TRUE(world->Until([&] { return world->Ended(CallOutcome::kNoMedia) == 1; }, seconds(4)));
  ExpectEnd(CallOutcome::kNoMedia);
}

TEST_F(CallTest, ABridgeDestroyedBySomebodyElseEndsTheCall) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->asterisk.DestroyBridge("benari." + caller + ".bridge");
  ExpectEnd(CallOutcome::kFailed);
}

TEST_F(CallTest, BeyondTheLimitACallerIsRefusedAtOnce) {
  StasisApp::Options options;
  options.max_calls = 2;
  Begin({}, options);
  const std::string first = world->Caller();
  const std::string second = world->Caller();
  ASSERT_TRUE(world->UntilPhase(first, CallPhase::kEcho));
  ASSERT_TRUE(world->UntilPhase(second, CallPhase::kEcho));
  const std::string third = world->Caller();
  ASSERT_TRUE(world->Until([&] { return world->asterisk.EndOf(third).has_value(); }, milliseconds(200)));
  EXPECT_EQ(CauseOf(third), 42) << "switching equipment congestion";
  EXPECT_EQ(world->Ended(CallOutcome::kRefused), 1);
  EXPECT_EQ(world->control->Metric("benari_control_calls_refused_total", "full"), 1);
  world->asterisk.CallerHangsUp(first);
  world->asterisk.CallerHangsUp(second);
  EXPECT_TRUE(world->UntilNoCalls());
  EXPECT_EQ(world->Leftovers(), "");
}

TEST_F(CallTest, WithNoFreePortACallerIsRefusedOrSentOn) {
  for (const WhenFull when_full : {WhenFull::kCongestion, WhenFull::kContinue}) {
    CallConfig config;
    config.when_full = when_full;
    Begin(config);
    world->media.StartDraining(ControlWorld::kNode1);
    world->media.StartDraining(ControlWorld::kNode2);
    world->RunFor(seconds(2));
    const std::string caller = world->Caller();
    ASSERT_TRUE(world->Until([&] { return world->asterisk.EndOf(caller).has_value(); }));
    EXPECT_EQ(world->asterisk.EndOf(caller)->continued_at, when_full == WhenFull::kContinue ? "," : "");
    if (when_full == WhenFull::kCongestion) {
      EXPECT_EQ(CauseOf(caller), 42);
    }
    EXPECT_EQ(world->control->Metric("benari_control_calls_refused_total", "no_port"), 1);
    ExpectEnd(CallOutcome::kRefused);
  }
}

TEST_F(CallTest, WhenMoreHappensThanCanBeListedEverythingIsListedAnew) {
  StasisApp::Options options;
  options.max_waiting_events = 5;
  Begin({}, options);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->control->app().OnDisconnected();
  world->control->app().OnConnected();  // lists
  for (int i = 0; i < 6; ++i) world->control->app().OnEvent(ari::StasisEnd{"1.1"});
  EXPECT_EQ(world->control->Metric("benari_control_ari_events_dropped_total"), 6);
  world->asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world->UntilNoCalls());
  EXPECT_EQ(world->Leftovers(), "");
}

TEST_F(CallTest, OtherArgumentsAreIgnored) {
  Begin();
  fakes::CallerArgs other;
  other.args = {"outbound"};
  const std::string channel = world->asterisk.CallerArrives(other);
  world->RunFor(seconds(60));
  EXPECT_EQ(world->control->app().table().size(), 0u);
  EXPECT_FALSE(world->asterisk.EndOf(channel).has_value());
}

TEST_F(CallTest, DrainingLetsCallsEndAndRefusesNewOnes) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  bool idle = false;
  world->control->app().Drain([&idle] { idle = true; });
  const std::string late = world->Caller();
  ASSERT_TRUE(world->Until([&] { return world->asterisk.EndOf(late).has_value(); }));
  EXPECT_FALSE(idle);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world->Until([&idle] { return idle; }));
  EXPECT_EQ(world->Leftovers(), "");
}

TEST_F(CallTest, EndCallsHangsUpEveryoneInEveryPhase) {
  for (const CallPhase phase :
       {CallPhase::kSetup, CallPhase::kEcho, CallPhase::kDialing, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    Begin();
    world->asterisk.SetDestination("", Destination::Answers(seconds(2)));
    const std::string caller = world->Caller();
    ASSERT_TRUE(world->UntilPhase(caller, phase));
    world->control->app().EndCalls();
    ExpectEnd(CallOutcome::kStopped);
  }
}

// A headless Service names a pod no more once it ends, and its sessions go on for minutes.
TEST_F(CallTest, ANodeThatIsListedNoMoreKeepsItsCallsAndGetsNoNewOnes) {
  CallConfig config;
  config.echo_time.reset();
  Begin(config);
  const std::string first = world->Caller();
  ASSERT_TRUE(world->UntilPhase(first, CallPhase::kEcho));
  const bool on_first = !world->media.Living(ControlWorld::kNode1).Sessions().empty();
  const std::string left = on_first ? ControlWorld::kNode1 : ControlWorld::kNode2;
  const std::string listed = on_first ? ControlWorld::kNode2 : ControlWorld::kNode1;
  world->media.StartDraining(left);
  world->control->nodes().SetListed({listed});
  world->control->app().OnNodesListed();
  world->RunFor(std::chrono::minutes(10));
  EXPECT_EQ(world->media.lease_expiries(), 0u);
  EXPECT_EQ(world->control->Metric("benari_control_media_replaced_total"), 0);
  const std::string second = world->Caller();
  ASSERT_TRUE(world->UntilPhase(second, CallPhase::kEcho));
  EXPECT_EQ(world->media.Living(left).Sessions().size(), 1u);
  EXPECT_EQ(world->media.Living(listed).Sessions().size(), 1u);
  world->asterisk.CallerHangsUp(first);
  world->asterisk.CallerHangsUp(second);
  EXPECT_TRUE(world->UntilNoCalls());
  EXPECT_EQ(world->Leftovers(), "");
}

}  // namespace
}  // namespace benari::control
