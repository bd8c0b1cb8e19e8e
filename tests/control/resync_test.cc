// What Asterisk holds is listed again and again; a list that fails keeps no event back for long.
#include <gtest/gtest.h>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using fakes::FaultKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

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

TEST(Resync, ACallerIsServedOnceAListHasFailed) {
  FailingSweep world;
  world.UntilItFails();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.Until([&] { return world.control->app().table().Find(caller) != nullptr; }, seconds(6)));
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world.UntilNoCalls());
  world.RunFor(seconds(5));
  EXPECT_EQ(world.Leftovers(), "");
}

TEST(Resync, AHangUpIsNoticedOnceAListHasFailed) {
  FailingSweep world(WithoutEcho());
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.UntilItFails();
  world.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world.Until([&] { return world.control->app().table().size() == 0; }, seconds(6)));
}

TEST(Resync, AFailedListIsRetriedSoon) {
  FailingSweep world;
  world.UntilItFails();
  EXPECT_TRUE(world.Until([&] { return world.Lists() == 3; }, seconds(7)));
}

}  // namespace
}  // namespace benari::control
