// What a call tells of itself, and how much of it is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <algorithm>

#include "control/record/call_history.h"
#include "control/record/call_journal.h"
#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> StepsOf(const CallRecord& record) {
  std::vector<std::string> steps;
  for (const CallStep& step : record.steps) {
    const bool phase = step.what == "phase";
    steps.push_back(phase ? std::get<std::string>(step.fields.front().second) : step.what);
  }
  return steps;
}

TEST(History, ACallTellsEachOfItsSteps) {
  ControlWorld world;
  world.asterisk.SetDestination("", fakes::Destination::Answers());
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  const CallHistory& history = world.control->history();
  ASSERT_EQ(history.now().count(caller), 1u);
  EXPECT_TRUE(history.ended().empty());
  world.asterisk.CallerHangsUp(caller);
  ASSERT_TRUE(world.UntilNoCalls());
  EXPECT_TRUE(history.now().empty());
  ASSERT_EQ(history.ended().size(), 1u);
  const CallRecord& record = *history.Find(caller);
  EXPECT_THAT(StepsOf(record),
              ElementsAre("call started", "port leased", "external media created", "session started",
                          "bridged", "echo", "echo heard", "echo over", "dialing", "dialing",
                          "destination answered", "connected", "releasing", "call ended"));
  EXPECT_EQ(record.end->outcome, CallOutcome::kCompleted);
  EXPECT_EQ(record.end->why, "the caller hung up");
  std::vector<CallPhase> phases;
  for (const CallRecord::Phase& each : record.phases) phases.push_back(each.phase);
  EXPECT_THAT(phases, ElementsAre(CallPhase::kSetup, CallPhase::kEcho, CallPhase::kDialing,
                                  CallPhase::kConnected, CallPhase::kReleasing));
  const Clock::Duration echo = record.phases[2].at - record.phases[1].at;
  EXPECT_GE(echo, std::chrono::seconds(7));
  EXPECT_LT(echo, std::chrono::milliseconds(7100));
  EXPECT_TRUE(std::is_sorted(record.steps.begin(), record.steps.end(),
                             [](const CallStep& a, const CallStep& b) { return a.at < b.at; }));
}

TEST(History, ACallThatIsAdoptedBeginsWithThat) {
  ControlWorld world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.Kill();
  world.Start();
  EXPECT_EQ(world.control->history().Find(caller)->steps.front().what, "call adopted");
}

class CallHistoryTest : public ::testing::Test {
 protected:
  std::string EndOne(int number) {
    const std::string id = "call" + std::to_string(number);
    CallJournal journal(history_, metrics_, timers_, {id, "", "", ""});
    journal.Info("call started");
    journal.End(CallOutcome::kCompleted, "");
    return id;
  }

  fakes::VirtualTimers timers_;
  CallHistory history_;
  prometheus::Registry registry_;
  Metrics metrics_{registry_};
};

TEST_F(CallHistoryTest, KeepsTheLastHundredThatEnded) {
  for (int i = 0; i < 100; ++i) EndOne(i);
  EXPECT_EQ(history_.ended().size(), 100u);
  EXPECT_EQ(history_.forgotten(), 0u);
  const uint64_t first = history_.Find("call0")->changed;
  EndOne(100);
  EXPECT_EQ(history_.ended().size(), 100u);
  EXPECT_EQ(history_.Find("call0"), nullptr);
  EXPECT_NE(history_.Find("call1"), nullptr);
  EXPECT_EQ(history_.ended().back()->identity.call_id, "call100");
  EXPECT_EQ(history_.forgotten(), first);
}

TEST_F(CallHistoryTest, WhatACallTellsIsBounded) {
  CallJournal journal(history_, metrics_, timers_, {"talkative", "", "", ""});
  const std::string text(10000, 'x');
  for (int i = 0; i < 130; ++i) journal.Warning("media failed", {{"why", text}});
  const CallRecord& record = *history_.Find("talkative");
  EXPECT_EQ(record.steps.size(), CallHistory::kMostSteps);
  EXPECT_EQ(record.steps_left_out, 30u);
  EXPECT_EQ(std::get<std::string>(record.steps[0].fields[0].second).size(), CallHistory::kMostTextBytes);
  journal.End(CallOutcome::kFailed, text);
  EXPECT_EQ(record.end->why.size(), CallHistory::kMostTextBytes);
}

TEST_F(CallHistoryTest, EachChangeHasAVersionOfItsOwn) {
  CallJournal one(history_, metrics_, timers_, {"one", "", "", ""});
  CallJournal other(history_, metrics_, timers_, {"other", "", "", ""});
  const uint64_t before = history_.version();
  one.EnterPhase(CallPhase::kEcho);
  EXPECT_GT(history_.Find("one")->changed, before);
  EXPECT_LE(history_.Find("other")->changed, before);
  EXPECT_EQ(history_.Find("one")->changed, history_.version());
}

}  // namespace
}  // namespace benari::control
