// Control is cut off from Asterisk and from one of two media nodes, as when its machine is: with the other
// node it shares that machine. Whose audio flows is never hung up on.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using fakes::FaultKind;
using std::chrono::ceil;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kNoticed{8};   // that the event stream is dead: EventStreamLimits
constexpr seconds kDeadline{5};  // of a request to Asterisk

class MachineIsCut : public ::testing::TestWithParam<int> {
 protected:
  void Begin(CallConfig config) {
    world = std::make_unique<ControlWorld>(std::move(config));
    world->asterisk.SetDestination("", Destination::Answers());
    world->Start();
  }
  void Callers(int n) {
    for (int i = 0; i < n; ++i) callers.push_back(world->Caller());
  }
  // What is sent to Asterisk arrives afterwards, if its sender waits for so long, or never does.
  void Cut() {
    ControlProcess& control = *world->control;
    const auto end = world->timers.Now() + seconds(GetParam());
    control.faults().ChooseWith([this, end](const fakes::Step& step) {
      fakes::Fault fault;
      const auto now = world->timers.Now();
      if (!step.to.empty() || now >= end) return fault;
      if (end - now < kDeadline) {
        fault.late = ceil<milliseconds>(end - now);
      } else {
        fault.kind = FaultKind::kTimeoutBefore;
      }
      return fault;
    });
    control.ari().SetCut(true);
    world->media.SetReachable(ControlWorld::kNode2, false);
    const seconds length(GetParam());
    world->RunFor(std::min(length, kNoticed));
    const bool noticed = length >= kNoticed;
    if (noticed) {
      control.ari().Forget();
      control.app().OnDisconnected();
    }
    world->RunFor(length - std::min(length, kNoticed));
    control.ari().SetCut(false);
    world->media.SetReachable(ControlWorld::kNode2, true);
    if (noticed) {
      EXPECT_TRUE(control.Connect());
    }
  }
  int Served() {
    int sessions = 0;
    for (const char* node : {ControlWorld::kNode1, ControlWorld::kNode2}) {
      if (!world->media.IsAlive(node)) continue;
      for (const SessionInfo& session : world->media.Living(node).Sessions())
        sessions += session.state == SessionState::kRunning ? 1 : 0;
    }
    return sessions;
  }
  int HungUp() const {
    return static_cast<int>(std::count_if(callers.begin(), callers.end(), [this](const std::string& id) {
      return world->asterisk.EndOf(id).has_value();
    }));
  }
  void ExpectCleanEnd() {
    for (const std::string& caller : callers) world->asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
  }

  std::unique_ptr<ControlWorld> world;
  std::vector<std::string> callers;
};

TEST_P(MachineIsCut, CallersInEchoHearThemselvesAfterwards) {
  CallConfig config;
  config.echo_time.reset();
  Begin(config);
  Callers(10);
  for (const std::string& caller : callers) ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->RunFor(seconds(2));
  Cut();
  world->RunFor(seconds(20));
  EXPECT_EQ(HungUp(), 0);
  EXPECT_EQ(Served(), 10);
  EXPECT_EQ(world->control->app().table().size(), 10u);
  ExpectCleanEnd();
}

// For some the echo ends meanwhile, for some it begins just before, some ring.
TEST_P(MachineIsCut, CallersInEveryPhaseAreConnectedAfterwards) {
  Begin({});
  world->asterisk.SetDestination("", Destination::Answers(seconds(1)));
  for (int i = 0; i < 20; ++i) {
    Callers(1);
    world->RunFor(milliseconds(500));
  }
  world->RunFor(milliseconds(200));  // whose set-up is cut is refused
  Cut();
  for (const std::string& caller : callers) EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(HungUp(), 0);
  ExpectCleanEnd();
  EXPECT_EQ(world->Ended(CallOutcome::kCompleted), 20);
}

// The join was done, and neither its answer nor its events arrive.
TEST_P(MachineIsCut, ACallerWhoHearsItsEchoAsItsSetUpIsCutIsConnectedAfterwards) {
  Begin({});
  Callers(1);
  const std::string bridge = "benari." + callers.front() + ".bridge";
  ASSERT_TRUE(world->Until([&] {
    const auto found = world->asterisk.bridges().find(bridge);
    return found != world->asterisk.bridges().end() && found->second.ari.channel_ids.size() == 2;
  }));
  Cut();
  const bool echo_is_over = GetParam() > 7;
  EXPECT_TRUE(world->Until(
      [&] {
        const auto call = world->control->app().table().Find(callers.front());
        return call != nullptr && call->phase() == CallPhase::kConnected;
      },
      seconds(echo_is_over ? 5 : 20)));
  EXPECT_EQ(HungUp(), 0);
  ExpectCleanEnd();
  EXPECT_EQ(world->Ended(CallOutcome::kCompleted), 1);
}

class MachineIsCutWithinTheLeases : public MachineIsCut {};

// No node is left that could take over; whether media is lost is not known while Asterisk is not either.
TEST_P(MachineIsCutWithinTheLeases, WithOneNodeAndHangUpConfigured) {
  CallConfig config;
  config.echo_time.reset();
  config.on_media_lost = OnMediaLost::kHangUp;
  Begin(config);
  world->media.Kill(ControlWorld::kNode1);
  world->RunFor(seconds(5));
  Callers(5);
  for (const std::string& caller : callers) ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  Cut();
  world->RunFor(seconds(20));
  EXPECT_EQ(HungUp(), 0);
  EXPECT_EQ(Served(), 5);
  ExpectCleanEnd();
}

INSTANTIATE_TEST_SUITE_P(Seconds, MachineIsCut, ::testing::Values(1, 2, 4, 7, 9, 12, 25, 60),
                         [](const auto& test) { return std::to_string(test.param); });
INSTANTIATE_TEST_SUITE_P(Seconds, MachineIsCutWithinTheLeases, ::testing::Values(1, 2, 4, 7, 9),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace benari::control
