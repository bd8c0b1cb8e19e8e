// What a caller's own phone and dial plan may do: not answered yet, on hold, silent for a while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/app/asterisk_version.h"
#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

class CallerTest : public ::testing::Test {
 protected:
  void Begin(CallConfig config = {}) {
    world = std::make_unique<ControlWorld>(config);
    world->asterisk.SetDestination("", Destination::Answers(milliseconds(200)));
    world->Start();
  }
  std::string UnansweredCaller() {
    fakes::CallerArgs args;
    args.answered = false;
    return world->asterisk.CallerArrives(args);
  }
  std::string StateOf(const std::string& channel) { return world->asterisk.GetChannel(channel).value.state; }
  int Requests(const std::string& operation) {
    int count = 0;
    for (const fakes::Step& step : world->control->faults().steps()) count += step.operation == operation;
    return count;
  }
  double Missing(const std::string& diagnosis) {
    return world->control->Metric("benari_control_media_missing_total", diagnosis);
  }
  void ExpectCleanEnd(const std::string& caller, CallOutcome outcome) {
    world->asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->Ended(outcome), 1);
  }

  std::unique_ptr<ControlWorld> world;
};

TEST_F(CallerTest, WhoIsNotAnsweredIsAnsweredWhenTheEchoBegins) {
  Begin();
  const std::string caller = UnansweredCaller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  EXPECT_EQ(StateOf(caller), "Up");
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(Requests("ari.AnswerChannel"), 1);
  ExpectCleanEnd(caller, CallOutcome::kCompleted);
}

TEST_F(CallerTest, WithoutEchoItIsAnsweredWhenTheDestinationIs) {
  CallConfig config;
  config.echo_time = milliseconds(0);
  Begin(config);
  const std::string caller = UnansweredCaller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
  world->RunFor(milliseconds(100));
  EXPECT_EQ(StateOf(caller), "Ring");
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(StateOf(caller), "Up");
  ExpectCleanEnd(caller, CallOutcome::kCompleted);
}

TEST_F(CallerTest, WhoIsRefusedIsNotAnswered) {
  Begin();
  world->media.StartDraining(ControlWorld::kNode1);
  world->media.StartDraining(ControlWorld::kNode2);
  world->RunFor(seconds(2));
  const std::string caller = UnansweredCaller();
  ASSERT_TRUE(world->Until([&] { return world->Ended(CallOutcome::kRefused) == 1; }));
  EXPECT_EQ(Requests("ari.AnswerChannel"), 0);
}

TEST_F(CallerTest, AnAnswerThatIsLostIsAskedAfter) {
  Begin();
  fakes::Fault lost;
  lost.kind = fakes::FaultKind::kUnreachableAfter;
  world->control->faults().Add("ari.AnswerChannel", 1, lost);
  const std::string caller = UnansweredCaller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  EXPECT_EQ(Requests("ari.AnswerChannel"), 1);
  ExpectCleanEnd(caller, CallOutcome::kCallerHungUp);
}

TEST_F(CallerTest, WhoIsAnsweredIsNotAnsweredAgainAfterARestart) {
  Begin();
  const std::string caller = UnansweredCaller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->Kill();
  world->RunFor(seconds(1));
  world->Start();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(Requests("ari.AnswerChannel"), 0);
  ExpectCleanEnd(caller, CallOutcome::kCompleted);
}

CallConfig HangUpIfUnheard() {
  CallConfig config;
  config.on_no_media = OnNoMedia::kHangUp;
  config.echo_time = seconds(30);
  return config;
}

TEST_F(CallerTest, WhoWasHeardIsNotHungUpOnForSilence) {
  Begin(HangUpIfUnheard());
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->RunFor(seconds(1));
  // Voice activity detection, a key that is kept pressed.
  world->media.LoseMedia("benari." + caller + ".media1", media::Diagnosis::kStoppedArriving);
  world->RunFor(seconds(20));
  EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  EXPECT_EQ(Missing("stopped_arriving"), 1) << "it is told all the same";
  ExpectCleanEnd(caller, CallOutcome::kCallerHungUp);
}

TEST_F(CallerTest, WhoHoldsIsNeitherHungUpOnNorDiagnosed) {
  Begin(HangUpIfUnheard());
  world->media.SetMediaFlows(false);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->asterisk.CallerHolds(caller, true);
  world->RunFor(seconds(10));
  EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  EXPECT_EQ(Missing("nothing_arrived"), 0);
  world->asterisk.CallerHolds(caller, false);
  world->media.SetMediaFlows(true);
  world->RunFor(seconds(10));
  EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  ExpectCleanEnd(caller, CallOutcome::kCallerHungUp);
}

TEST_F(CallerTest, WhoWasNeverHeardIsHungUpOn) {
  Begin(HangUpIfUnheard());
  world->media.SetMediaFlows(false);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->asterisk.CallerHolds(caller, true);
  world->asterisk.CallerHolds(caller, false);
  EXPECT_TRUE(world->Until([&] { return world->Ended(CallOutcome::kNoMedia) == 1; }, seconds(4)));
  EXPECT_EQ(world->Leftovers(), "");
}

TEST(AsteriskVersion, DebiansAndUbuntusPackagesFromTheirPatchOn) {
  for (const char* version : {"22.10.1~dfsg+~cs6.17.60671435-1", "16.23.0~dfsg+~cs6.10.40431411-1",
                              "20.6.0~dfsg+~cs6.13.40431414-2build5", "18.10.0~dfsg+~cs6.10.40431411-2"})
    EXPECT_TRUE(DropsLateFrames(version)) << version;
  for (const char* version : {"22.10.1", "16.28.0~dfsg-0+deb11u4", "16.16.1~dfsg+~2.10-1",
                              "certified/20.7-cert2", "16.8.0~dfsg+~cs6.10-1", "GIT-master-a1b2c3", ""})
    EXPECT_FALSE(DropsLateFrames(version)) << version;
}

}  // namespace
}  // namespace benari::control
