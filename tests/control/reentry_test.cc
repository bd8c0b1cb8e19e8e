// Callers who leave the application and come back while nothing could tell, or while ids are in use.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

bool Hears(const ControlWorld& world, const std::string& caller) {
  const auto bridge = world.asterisk.bridges().find("benari." + caller + ".bridge");
  if (bridge == world.asterisk.bridges().end()) return false;
  const auto& members = bridge->second.ari.channel_ids;
  return members.size() == 2 && std::find(members.begin(), members.end(), caller) != members.end();
}

void ExpectClean(ControlWorld& world, const std::string& caller) {
  world.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world.UntilNoCalls());
  world.RunFor(seconds(2));
  EXPECT_EQ(world.Leftovers(), "");
  EXPECT_EQ(world.Ended(CallOutcome::kFailed), 0);
}

TEST(Reentry, WhileTheWebSocketIsAwayTheCallerIsJoinedToItsEchoAgain) {
  ControlWorld world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.control->ari().Forget();  // Asterisk does not notice, and lets the caller in
  world.control->app().OnDisconnected();
  world.asterisk.Redirect(caller);
  world.RunFor(milliseconds(50));
  EXPECT_FALSE(Hears(world, caller));
  ASSERT_TRUE(world.control->Connect());
  EXPECT_TRUE(world.Until([&] { return Hears(world, caller); }, seconds(2)));
  ExpectClean(world, caller);
}

TEST(Reentry, WithoutAnEchoTheDestinationIsDialledUnderAnotherId) {
  CallConfig at_once;
  at_once.echo_time = milliseconds(0);
  ControlWorld world(at_once);
  world.asterisk.SetDestination("", Destination::Answers());
  world.Start();
  const std::string caller = world.Caller();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
    world.asterisk.Redirect(caller);
    world.RunFor(milliseconds(3));
  }
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  ExpectClean(world, caller);
}

TEST(Reentry, WhoCameAndWentBeforeTheFirstListIsNotDialledFor) {
  CallConfig at_once;
  at_once.echo_time = milliseconds(0);
  ControlWorld world(at_once);
  world.Start();
  world.control->Disconnect();
  fakes::Fault slow;
  slow.kind = fakes::FaultKind::kDelayed;
  slow.delay = milliseconds(2000);
  world.control->faults().Add("ari.ListChannels", 2, slow);
  ASSERT_TRUE(world.control->Connect());
  world.RunFor(milliseconds(100));
  const std::string caller = world.Caller();
  world.RunFor(milliseconds(100));
  world.asterisk.CallerHangsUp(caller);
  world.RunFor(seconds(5));
  EXPECT_TRUE(world.asterisk.dialled().empty());
  EXPECT_EQ(world.Leftovers(), "");
}

// What an earlier process had made for the caller ends only then.
TEST(Reentry, WhileAProcessStartsTheNewCallUsesOtherIds) {
  for (int ms = 0; ms < 40; ++ms) {
    SCOPED_TRACE(ms);
    fakes::AsteriskOptions asterisk;
    asterisk.max_step = milliseconds(50);
    ControlWorld world({}, asterisk);
    world.Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
    world.Kill();
    world.asterisk.MoveAway(caller);
    world.timers.RunAt(world.timers.Now() + milliseconds(ms), [&] { world.asterisk.Redirect(caller); });
    world.Start();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
    EXPECT_NE(world.control->app().table().Find(caller)->media().id(), "benari." + caller + ".media1");
    EXPECT_TRUE(world.Until([&] { return Hears(world, caller); }, seconds(2)));
    ExpectClean(world, caller);
  }
}

// The sweep of what an earlier process left takes a while; the last caller is back meanwhile.
TEST(Reentry, WhatACallTookOverIsNotSwept) {
  ControlWorld world;
  world.Start();
  std::vector<std::string> callers;
  for (int i = 0; i < 30; ++i) callers.push_back(world.Caller());
  for (const std::string& each : callers) ASSERT_TRUE(world.UntilPhase(each, CallPhase::kEcho));
  world.Kill();
  for (const std::string& each : callers) world.asterisk.MoveAway(each);
  world.Start();
  const std::string last = *std::max_element(callers.begin(), callers.end());
  world.asterisk.Redirect(last);
  EXPECT_TRUE(world.Until([&] { return Hears(world, last); }, seconds(2)));
  world.RunFor(seconds(2));
  EXPECT_TRUE(Hears(world, last));
  for (const std::string& each : callers) world.asterisk.CallerHangsUp(each);
  ExpectClean(world, last);
}

TEST(Reentry, WhoWasSentOnAndCameBackWhileTheWebSocketIsAwayIsAnswered) {
  CallConfig config;
  config.when_full = WhenFull::kContinue;
  StasisApp::Options options;
  options.max_calls = 1;
  ControlWorld world(config, {}, options);
  world.Start();
  const std::string first = world.Caller();
  ASSERT_TRUE(world.UntilPhase(first, CallPhase::kEcho));
  fakes::CallerArgs again;
  again.retries = 1;
  world.asterisk.CallerArrives(again);
  ASSERT_TRUE(world.Until([&] { return world.Ended(CallOutcome::kRefused) == 1; }));
  world.control->ari().Forget();
  world.control->app().OnDisconnected();
  world.RunFor(milliseconds(50));
  ASSERT_TRUE(world.control->Connect());
  EXPECT_TRUE(world.Until([&] { return world.Ended(CallOutcome::kRefused) == 2; }, seconds(2)))
      << "there is no room yet";
  ExpectClean(world, first);
}

}  // namespace
}  // namespace benari::control
