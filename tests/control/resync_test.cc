// What Asterisk holds is listed again and again; what it reports meanwhile is acted on at once, and wins.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using fakes::FaultKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kSweepInterval{30};

CallConfig WithoutEcho() {
  CallConfig config;
  config.echo_time = milliseconds(0);
  return config;
}

// Serves, and is about to list anew; that list gets no answer within five seconds.
struct FailingSweep : ControlWorld {
  explicit FailingSweep(CallConfig call_config = {}) : ControlWorld(std::move(call_config)) {
    asterisk.SetDestination("", Destination::Answers());
    Start();
    fakes::Fault timeout;
    timeout.kind = FaultKind::kTimeoutBefore;
    control->faults().Add("ari.ListChannels", 2, timeout);
  }
  int Lists() const {
    int lists = 0;
    for (const fakes::Step& step : control->faults().steps()) lists += step.operation == "ari.ListChannels";
    return lists;
  }
  void UntilItFails() {
    ASSERT_TRUE(Until([this] { return Lists() == 2; }));
    RunFor(milliseconds(100));
  }
};

TEST(Resync, ACallerIsServedWhileAListFails) {
  FailingSweep world;
  world.UntilItFails();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.Until([&] { return world.control->app().table().Find(caller) != nullptr; }, seconds(1)));
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world.UntilNoCalls());
  world.RunFor(seconds(5));
  EXPECT_EQ(world.Leftovers(), "");
}

TEST(Resync, AHangUpIsNoticedWhileAListFails) {
  FailingSweep world(WithoutEcho());
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.UntilItFails();
  world.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world.Until([&] { return world.control->app().table().size() == 0; }, seconds(1)));
}

TEST(Resync, WhoCameAndWentWhileAListFailedIsNotServedLater) {
  FailingSweep world(WithoutEcho());
  world.asterisk.SetDestination("", Destination::Rings());
  world.UntilItFails();
  const std::string caller = world.Caller();
  world.RunFor(milliseconds(100));
  world.asterisk.CallerHangsUp(caller);
  world.RunFor(kSweepInterval + seconds(10));
  EXPECT_EQ(world.control->app().table().size(), 0u);
  EXPECT_EQ(world.control->Metric("benari_control_calls_ended_total"), 1) << "the caller who hung up";
  EXPECT_EQ(world.Leftovers(), "");
}

TEST(Resync, AFailedListIsRetriedSoon) {
  FailingSweep world;
  world.UntilItFails();
  EXPECT_TRUE(world.Until([&] { return world.Lists() == 3; }, seconds(7)));
}

// Three lists of which each takes as long as a call waits for ChannelEnteredBridge.
TEST(Resync, SlowListsFailNoCall) {
  ControlWorld world;
  world.asterisk.SetDestination("", Destination::Answers());
  world.Start();
  world.RunFor(kSweepInterval - seconds(4));
  world.control->faults().ChooseWith([](const fakes::Step& step) {
    fakes::Fault slow;
    if (step.to.empty()) {
      slow.kind = FaultKind::kDelayed;
      slow.delay = milliseconds(3000);
    }
    return slow;
  });
  std::vector<std::string> callers;
  for (int i = 0; i < 8; ++i) {
    callers.push_back(world.Caller());
    world.RunFor(seconds(1));
  }
  for (const std::string& caller : callers) ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  for (const std::string& caller : callers) world.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world.UntilNoCalls());
  EXPECT_EQ(world.Ended(CallOutcome::kCompleted), 8);
  EXPECT_EQ(world.control->Metric("benari_control_calls_adopted_total"), 0);
}

// Its hang-up was answered, and Asterisk takes its time: a list still has the caller.
TEST(Resync, ACallThatEndedJustBeforeAListIsNotAdopted) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    fakes::AsteriskOptions asterisk;
    asterisk.seed = seed;
    asterisk.max_step = milliseconds(500);
    ControlWorld world(WithoutEcho(), asterisk);
    world.asterisk.SetDestination("", Destination::Answers());
    world.Start();
    const auto serving = world.timers.Now();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
    world.RunFor(serving + kSweepInterval - milliseconds(20) * static_cast<int>(seed) - world.timers.Now());
    world.asterisk.DestinationHangsUp("benari." + caller + ".destination");
    EXPECT_TRUE(world.UntilNoCalls());
    world.RunFor(seconds(10));
    EXPECT_EQ(world.asterisk.dialled().size(), 1u);
    EXPECT_EQ(world.control->Metric("benari_control_calls_adopted_total"), 0);
    EXPECT_EQ(world.control->Metric("benari_control_swept_total"), 0) << "nothing was left";
    EXPECT_EQ(world.Leftovers(), "");
  }
}

// Nobody heard of them: they came while the network was cut, and Asterisk did not know.
class UnheardOf : public ::testing::Test {
 protected:
  UnheardOf() {
    StasisApp::Options options;
    options.max_calls = 2;
    world = std::make_unique<ControlWorld>(CallConfig(), fakes::AsteriskOptions(), options);
    world->asterisk.SetDestination("", Destination::Answers());
    world->Start();
  }
  void CallersDuringACut(int callers) {
    world->control->ari().Forget();
    world->control->ari().SetCut(true);
    world->control->app().OnDisconnected();
    for (int i = 0; i < callers; ++i) late.push_back(world->Caller());
    world->RunFor(seconds(2));
    world->control->ari().SetCut(false);
    ASSERT_TRUE(world->control->Connect());
  }
  bool Refused(const std::string& caller) {
    const auto end = world->asterisk.EndOf(caller);
    return end.has_value() && end->cause == 42;
  }

  std::unique_ptr<ControlWorld> world;
  std::vector<std::string> late;
};

TEST_F(UnheardOf, CallersBeyondTheLimitAreRefused) {
  const std::string first = world->Caller();
  ASSERT_TRUE(world->UntilPhase(first, CallPhase::kEcho));
  CallersDuringACut(5);
  EXPECT_TRUE(world->Until(
      [&] { return std::count_if(late.begin(), late.end(), [&](auto& id) { return Refused(id); }) == 4; },
      seconds(5)));
  world->RunFor(seconds(1));
  EXPECT_EQ(world->control->app().table().size(), 2u);
  EXPECT_EQ(world->control->Metric("benari_control_calls_refused_total", "full"), 4);
  EXPECT_TRUE(world->UntilPhase(first, CallPhase::kConnected));
}

TEST_F(UnheardOf, CallersAreRefusedByWhoDrains) {
  const std::string first = world->Caller();
  ASSERT_TRUE(world->UntilPhase(first, CallPhase::kEcho));
  world->control->app().Drain([] {});
  CallersDuringACut(1);
  EXPECT_TRUE(world->Until([&] { return Refused(late.front()); }, seconds(5)));
  world->RunFor(seconds(1));
  EXPECT_EQ(world->control->Metric("benari_control_calls_refused_total", "draining"), 1);
  EXPECT_TRUE(world->UntilPhase(first, CallPhase::kConnected));
}

// Whoever has something of ours is a call that an earlier process served, and no new one.
TEST_F(UnheardOf, WhoIsServedAlreadyIsAdoptedBeyondTheLimit) {
  const std::string first = world->Caller(), second = world->Caller();
  ASSERT_TRUE(world->UntilPhase(first, CallPhase::kEcho));
  ASSERT_TRUE(world->UntilPhase(second, CallPhase::kEcho));
  world->Kill();
  const std::string third = world->Caller();
  world->Start();
  EXPECT_TRUE(world->Until([&] { return Refused(third); }, seconds(5)));
  EXPECT_TRUE(world->UntilPhase(first, CallPhase::kConnected));
  EXPECT_TRUE(world->UntilPhase(second, CallPhase::kConnected));
  EXPECT_EQ(world->control->Metric("benari_control_calls_adopted_total"), 2);
}

// A call that is connected.
struct UnreleasedWorld : ControlWorld {
  UnreleasedWorld() : ControlWorld(WithoutEcho()) {
    asterisk.SetDestination("", Destination::Answers());
    Start();
    caller = Caller();
    EXPECT_TRUE(UntilPhase(caller, CallPhase::kConnected));
  }
  void FailReleasesFor(Clock::Duration length) {
    control->faults().ChooseWith([this, until = timers.Now() + length](const fakes::Step& step) {
      fakes::Fault fault;
      const bool releases = step.operation == "ari.HangUp" || step.operation == "ari.DestroyBridge";
      if (releases && timers.Now() < until) fault.kind = FaultKind::kUnreachableBefore;
      return fault;
    });
  }

  std::string caller;
};

// Control cannot release anything for a while, shorter and longer than its own attempts last.
class ReleaseFails : public ::testing::TestWithParam<int> {};

TEST_P(ReleaseFails, ACallerWhoCouldNotBeHungUpIsNotServedAgain) {
  const seconds length(GetParam());
  UnreleasedWorld world;
  const std::string& caller = world.caller;
  world.FailReleasesFor(length);
  world.asterisk.DestinationHangsUp("benari." + caller + ".destination");
  world.RunFor(length + seconds(40));
  EXPECT_EQ(world.asterisk.dialled().size(), 1u);
  EXPECT_TRUE(world.asterisk.EndOf(caller).has_value());
  EXPECT_EQ(world.control->Metric("benari_control_calls_adopted_total"), 0);
  EXPECT_EQ(world.Leftovers(), "");
  if (GetParam() == 1) {
    EXPECT_EQ(world.control->Metric("benari_control_undo_failures_total"), 0);
  }
}

// No wait for Asterisk to end the caller by itself, as after a hang-up that was answered.
TEST(Resync, WhoCouldNotBeHungUpIsToldTheSameByTheNextList) {
  ControlWorld world(WithoutEcho());
  world.asterisk.SetDestination("", Destination::Busy());
  world.Start();
  world.control->faults().ChooseWith([](const fakes::Step& step) {
    fakes::Fault fault;
    if (step.operation == "ari.HangUp") fault.kind = FaultKind::kUnreachableBefore;
    return fault;
  });
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.Until([&] { return world.Ended(CallOutcome::kDestinationBusy) == 1; }));
  EXPECT_FALSE(world.asterisk.EndOf(caller).has_value());
  world.control->faults().ChooseWith(nullptr);
  world.control->Disconnect();
  ASSERT_TRUE(world.control->Connect());
  ASSERT_TRUE(world.Until([&] { return world.asterisk.EndOf(caller).has_value(); }, seconds(1)));
  EXPECT_EQ(world.asterisk.EndOf(caller)->cause, 17);
  EXPECT_EQ(world.control->Metric("benari_control_calls_adopted_total"), 0);
}

// As by an instance that was stopped while this one took over; its event comes, or only the next list shows
// it.
TEST(Resync, WhatAnotherProcessDialledForACallIsHungUp) {
  for (const bool heard : {true, false}) {
    SCOPED_TRACE(heard);
    ControlWorld world(WithoutEcho());
    world.asterisk.SetDestination("", Destination::Answers());
    world.Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
    if (!heard) {
      world.control->ari().Forget();  // Asterisk does not notice
      world.control->app().OnDisconnected();
    }
    const std::string stray = "benari." + caller + ".destination777";
    ari::OriginateRequest request(stray, "Local/1@default/n");
    request.app_args = "dialed";
    ASSERT_TRUE(world.asterisk.Originate("voicebot1", request).ok());
    world.RunFor(milliseconds(20));
    if (!heard) {
      ASSERT_TRUE(world.control->Connect());
    }
    EXPECT_TRUE(world.Until([&] { return world.asterisk.EndOf(stray).has_value(); }, seconds(1)));
    world.RunFor(seconds(2));
    EXPECT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
    world.asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world.UntilNoCalls());
    world.RunFor(seconds(5));
    EXPECT_EQ(world.Leftovers(), "");
    EXPECT_EQ(world.Ended(CallOutcome::kCompleted), 1);
  }
}

// Longer than its own attempts last, and not until the next sweep.
TEST(Resync, WhatAReleaseLeftIsSweptSoon) {
  UnreleasedWorld world;
  world.FailReleasesFor(seconds(5));
  world.asterisk.DestinationHangsUp("benari." + world.caller + ".destination");
  world.RunFor(seconds(10));
  EXPECT_TRUE(world.asterisk.EndOf(world.caller).has_value());
  EXPECT_EQ(world.Leftovers(), "");
}

// The last attempt failed as the connection did. It comes back at once, or later.
TEST(Resync, WhatAReleaseLeftIsSweptOnceAsteriskIsBack) {
  for (const int away_ms : {0, 500, 2000, 20000}) {
    for (int ms = 2000; ms < 8000; ms += 500) {
      SCOPED_TRACE(testing::Message() << away_ms << " " << ms);
      UnreleasedWorld world;
      world.FailReleasesFor(milliseconds(ms));
      world.asterisk.DestinationHangsUp("benari." + world.caller + ".destination");
      world.RunFor(milliseconds(ms - 200));
      world.control->Disconnect();
      world.RunFor(milliseconds(away_ms));
      ASSERT_TRUE(world.control->Connect());
      world.RunFor(seconds(3));
      EXPECT_TRUE(world.asterisk.EndOf(world.caller).has_value());
      EXPECT_EQ(world.asterisk.dialled().size(), 1u);
      EXPECT_EQ(world.Leftovers(), "");
    }
  }
}

// As the process ends: it has the time to try again.
TEST(Resync, AReleaseByOrderIsTriedAgainAsWell) {
  UnreleasedWorld world;
  world.FailReleasesFor(seconds(1));
  world.control->app().EndCalls();
  EXPECT_TRUE(world.Until([&] { return world.control->app().table().size() == 0; }, seconds(10)));
  EXPECT_EQ(world.control->Metric("benari_control_undo_failures_total"), 0);
  world.RunFor(milliseconds(100));
  EXPECT_EQ(world.Leftovers(), "");
}

TEST(Resync, WithoutAsteriskAReleaseByOrderDoesNotWait) {
  UnreleasedWorld world;
  world.FailReleasesFor(seconds(1000));
  world.control->Disconnect();
  world.control->app().EndCalls();
  EXPECT_TRUE(world.Until([&] { return world.control->app().table().size() == 0; }, seconds(1)));
}

INSTANTIATE_TEST_SUITE_P(Seconds, ReleaseFails, ::testing::Values(1, 60));

}  // namespace
}  // namespace benari::control
