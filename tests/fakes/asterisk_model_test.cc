// Each test is a line of what was measured with Asterisk 22.10.1.
#include "tests/fakes/asterisk_model.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/model_world.h"

namespace benari::fakes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class AsteriskModelTest : public testing::Test {
 protected:
  AsteriskModelTest() { first_ = world.Subscribe(&world.heard); }

  void Add(const std::string& bridge, std::vector<std::string> channels, int status = 204) {
    EXPECT_EQ(model.AddToBridge(bridge, channels).status, status);
    Settle();
  }
  void Settle() { world.RunFor(milliseconds(50)); }

  ModelWorld world;
  AsteriskModel& model = world.model;
  SubscriberId first_ = 0;
};

TEST_F(AsteriskModelTest, CallerEntersTheAppAnswered) {
  const std::string caller = world.Caller();
  EXPECT_THAT(world.heard, ElementsAre("StasisStart " + caller + " [inbound] Up"));
}

TEST_F(AsteriskModelTest, ExternalMediaIsDownInItsAnswerThenUpAndInTheAppWithoutArguments) {
  const Answer<control::ari::Channel> answer = model.CreateExternalMedia("voicebot1", External("m"));
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.value.state, "Down");
  EXPECT_EQ(answer.value.channelvars.at("UNICASTRTP_LOCAL_ADDRESS"), "127.0.0.1");
  EXPECT_EQ(answer.value.channelvars.count("UNICASTRTP_LOCAL_PORT"), 1u);
  Settle();
  EXPECT_THAT(world.heard,
              ElementsAre("Dial m Down", "ChannelStateChange m Up", "Dial m ANSWER", "StasisStart m [] Up"));
}

TEST_F(AsteriskModelTest, ExternalMediaRefuses) {
  EXPECT_EQ(model.CreateExternalMedia("voicebot1", External("m")).status, 200);
  EXPECT_EQ(model.CreateExternalMedia("voicebot1", External("m")).status, 500) << "same id";
  EXPECT_EQ(model.CreateExternalMedia("voicebot1", {"x", "foo", Endpoint("127.0.0.1", 26500)}).status, 500)
      << "unknown format";
  EXPECT_EQ(model.CreateExternalMedia("voicebot1", {"x", "alaw", Endpoint("no.such.invalid", 1)}).status,
            500);
  EXPECT_EQ(model.CreateExternalMedia("voicebot1", {"x", "alaw", Endpoint()}).status, 400);
}

TEST_F(AsteriskModelTest, BothEnterTheBridgeAfterOneRequest) {
  const std::string caller = world.Caller();
  model.CreateExternalMedia("voicebot1", External("m"));
  EXPECT_EQ(model.CreateBridge("b").status, 200);
  EXPECT_EQ(model.CreateBridge("b").status, 409);
  world.heard.clear();
  Add("b", {caller, "m"});  // without waiting for m's StasisStart
  EXPECT_THAT(model.GetBridge("b").value.channel_ids, ElementsAre(caller, "m"));
  EXPECT_THAT(world.Of("b"), testing::UnorderedElementsAre("ChannelEnteredBridge " + caller + " b",
                                                           "ChannelEnteredBridge m b"));
}

TEST_F(AsteriskModelTest, AddChannelRefuses) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  Add("none", {caller}, 404);
  Add("b", {"none"}, 400);
  Add("b", {caller, "none"}, 400);
  EXPECT_THAT(model.GetBridge("b").value.channel_ids, IsEmpty()) << "nothing is added with a dead channel";
  model.SetDestination("", Destination::Rings());
  model.Originate("voicebot1", Dial("d"));
  Settle();
  Add("b", {"d"}, 422);
  Add("b", {"d;2"}, 422);
}

TEST_F(AsteriskModelTest, AddChannelMovesBetweenBridges) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  model.CreateBridge("c");
  Add("b", {caller});
  Add("c", {caller});
  EXPECT_THAT(world.Of(caller),
              ElementsAre("StasisStart " + caller + " [inbound] Up", "ChannelEnteredBridge " + caller + " b",
                          "ChannelLeftBridge " + caller + " b", "ChannelEnteredBridge " + caller + " c"));
  EXPECT_THAT(model.GetBridge("b").value.channel_ids, IsEmpty());
}

// Runs `between` after the 204 of addChannel, before the join, in many worlds; gives each one's bridge
// events.
std::vector<std::vector<std::string>> AfterThe204(
    const std::function<void(ModelWorld&, std::string)>& between) {
  std::vector<std::vector<std::string>> heard;
  for (uint64_t seed = 1; seed < 50; ++seed) {
    AsteriskOptions slow;
    slow.max_step = milliseconds(100);
    slow.seed = seed;
    ModelWorld world(slow);
    world.Subscribe(&world.heard);
    const std::string caller = world.model.CallerArrives({});
    world.RunFor(milliseconds(200));
    world.model.CreateBridge("b");
    EXPECT_EQ(world.model.AddToBridge("b", {caller}).status, 204);
    between(world, caller);
    world.Run();
    heard.push_back(world.Of("b"));
  }
  return heard;
}

TEST(After204Test, AChannelThatHangsUpNeverEnters) {
  const auto hang_up = [](ModelWorld& world, const std::string& caller) {
    world.model.CallerHangsUp(caller);
  };
  EXPECT_THAT(AfterThe204(hang_up), testing::Each(IsEmpty()));
}

TEST(After204Test, ABridgeOfTheSameIdThatIsMadeAnewIsAnother) {
  const auto replace = [](ModelWorld& world, const std::string&) {
    world.model.DestroyBridge("b");
    world.model.CreateBridge("b");
  };
  EXPECT_THAT(AfterThe204(replace), testing::Each(IsEmpty()));
}

TEST_F(AsteriskModelTest, DestroyingABridgePutsItsMembersOutAndHangsNobodyUp) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  Add("b", {caller});
  world.heard.clear();
  EXPECT_EQ(model.DestroyBridge("b").status, 204);
  EXPECT_EQ(model.DestroyBridge("b").status, 404);
  Settle();
  EXPECT_THAT(world.heard,
              testing::UnorderedElementsAre("ChannelLeftBridge " + caller + " b", "BridgeDestroyed b"));
  EXPECT_EQ(model.GetChannel(caller).status, 200);
}

TEST_F(AsteriskModelTest, ABridgeThatTheAppHasNoInterestInGoesWithoutAnEvent) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  model.CreateBridge("c");
  model.CreateBridge("d");
  Add("b", {caller});
  Add("c", {caller});
  EXPECT_THAT(model.GetApplication("voicebot1").value.bridge_ids, ElementsAre("c"));
  model.DestroyBridge("b");
  model.DestroyBridge("d");
  Settle();
  EXPECT_THAT(world.Of("d"), IsEmpty());
  EXPECT_THAT(world.Of("b"), testing::Not(testing::Contains("BridgeDestroyed b")));
  model.CallerHangsUp(caller);
  Settle();
  model.DestroyBridge("c");
  Settle();
  EXPECT_THAT(world.Of("c"), testing::Contains("BridgeDestroyed c")) << "left by a hang-up: interest stays";
}

TEST_F(AsteriskModelTest, HangingUpExternalMediaShowsItsWholeEnd) {
  model.CreateExternalMedia("voicebot1", External("m"));
  model.CreateBridge("b");
  Add("b", {"m"});
  world.heard.clear();
  EXPECT_EQ(model.HangUp("m", "").status, 204);
  EXPECT_EQ(model.HangUp("m", "").status, 404) << "already hanging up";
  EXPECT_EQ(model.GetChannel("m").status, 200) << "and still there for a moment";
  Settle();
  EXPECT_THAT(world.heard, ElementsAre("ChannelHangupRequest m", "ChannelLeftBridge m b", "StasisEnd m",
                                       "ChannelDestroyed m 16"));
  EXPECT_EQ(model.GetChannel("m").status, 404);
}

TEST_F(AsteriskModelTest, AnInboundCallerSendsNoChannelDestroyedAfterStasisEnd) {
  const std::string one = world.Caller();
  const std::string other = world.Caller();
  world.heard.clear();
  model.CallerHangsUp(one);
  Settle();
  EXPECT_THAT(world.heard, ElementsAre("ChannelHangupRequest " + one, "StasisEnd " + one));
  world.heard.clear();
  EXPECT_EQ(model.HangUp(other, "congestion").status, 204);
  Settle();
  EXPECT_THAT(world.heard, ElementsAre("ChannelHangupRequest " + other, "StasisEnd " + other));
  EXPECT_EQ(model.EndOf(other)->cause, 34);
  EXPECT_TRUE(model.EndOf(one)->by_itself);
  EXPECT_FALSE(model.EndOf(other)->by_itself);
}

TEST_F(AsteriskModelTest, HangUpReasons) {
  const std::vector<std::pair<std::string, int>> table = {
      {"", 16},        {"normal", 16},   {"busy", 17},       {"congestion", 34}, {"no_answer", 19},
      {"timeout", 18}, {"rejected", 21}, {"unallocated", 1}, {"failure", 38},    {"interworking", 127},
  };
  for (const auto& [reason, cause] : table) {
    model.CreateExternalMedia("voicebot1", External("m"));
    Settle();
    EXPECT_EQ(model.HangUp("m", reason).status, 204) << reason;
    Settle();
    EXPECT_EQ(model.EndOf("m")->cause, cause) << reason;
  }
  model.CreateExternalMedia("voicebot1", External("m"));
  EXPECT_EQ(model.HangUp("m", "rubbish").status, 400);
  EXPECT_EQ(model.HangUp("none", "").status, 404);
}

TEST_F(AsteriskModelTest, ContinueLeavesTheAppAndTheBridge) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  Add("b", {caller});
  EXPECT_EQ(model.ContinueInDialplan(caller, "default", "4438007").status, 204);
  Settle();
  EXPECT_EQ(world.Of(caller).back(), "StasisEnd " + caller);
  EXPECT_EQ(model.ContinueInDialplan(caller, "", "").status, 409);
  EXPECT_EQ(model.ContinueInDialplan("none", "", "").status, 404);
  Add("b", {caller}, 422);
  world.RunFor(seconds(2));
  EXPECT_EQ(model.EndOf(caller)->continued_at, "default,4438007");
  EXPECT_EQ(world.Of(caller).back(), "StasisEnd " + caller);
}

TEST_F(AsteriskModelTest, ASecondSubscriberGetsTheEventsAndTheFirstIsToldSo) {
  const std::string caller = world.Caller();
  world.heard.clear();
  std::vector<std::string> second;
  world.Subscribe(&second);
  model.CallerHangsUp(caller);
  Settle();
  EXPECT_EQ(world.heard.front(), "ApplicationReplaced");
  EXPECT_THAT(world.Of(caller), IsEmpty());
  EXPECT_THAT(second, ElementsAre("ChannelHangupRequest " + caller, "StasisEnd " + caller));
}

TEST_F(AsteriskModelTest, TheReplacedOnesGoingDoesNotTakeTheAppAlong) {
  std::vector<std::string> second;
  world.Subscribe(&second);
  model.feed().Unsubscribe(first_);
  world.Caller();
  EXPECT_EQ(second.size(), 1u);
}

TEST_F(AsteriskModelTest, AfterADisconnectEverythingStaysAndEventsAreLost) {
  const std::string caller = world.Caller();
  const std::string leaver = world.Caller();
  model.CreateBridge("b");
  Add("b", {caller, leaver});
  world.heard.clear();
  model.feed().Unsubscribe(first_);
  model.CallerHangsUp(leaver);
  Settle();
  EXPECT_THAT(world.heard, IsEmpty());
  EXPECT_GT(model.feed().lost_events(), 0u);
  EXPECT_EQ(model.GetApplication("voicebot1").value.channel_ids, std::vector<std::string>{caller});
  EXPECT_THAT(model.GetApplication("voicebot1").value.bridge_ids, ElementsAre("b"));
  world.Subscribe(&world.heard);
  model.CallerHangsUp(caller);
  Settle();
  EXPECT_EQ(world.heard.back(), "StasisEnd " + caller);
}

TEST_F(AsteriskModelTest, WithoutASubscriberACallerIsNotTaken) {
  model.feed().Unsubscribe(first_);
  const std::string caller = world.Caller();
  EXPECT_EQ(model.GetChannel(caller).status, 404);
  EXPECT_EQ(model.EndOf(caller)->cause, 16);
}

TEST(UnservedAppTest, ExternalMediaAnswers200AndStaysOrGoes) {
  for (const bool keeps : {false, true}) {
    AsteriskOptions options;
    options.unserved_app_keeps_channel = keeps;
    ModelWorld world(options);
    EXPECT_EQ(world.model.CreateExternalMedia("nobody", External("m")).status, 200);
    world.Run();
    EXPECT_EQ(world.model.GetChannel("m").status, keeps ? 200 : 404);
    EXPECT_EQ(world.model.GetApplication("nobody").status, 404);
  }
}

TEST_F(AsteriskModelTest, ARestartLeavesNothingAndClosesTheConnections) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  Add("b", {caller});
  model.Originate("voicebot1", Dial("d"));
  world.heard.clear();
  model.Restart();
  world.Run();
  EXPECT_THAT(world.heard, ElementsAre("closed"));
  EXPECT_EQ(model.Leftovers(), "");
  EXPECT_EQ(model.GetApplication("voicebot1").status, 404);
  EXPECT_NE(model.CallerArrives({}), caller);
}

TEST_F(AsteriskModelTest, TheLedgerNamesWhatIsLeft) {
  const std::string caller = world.Caller();
  model.CreateBridge("b");
  Add("b", {caller});
  EXPECT_EQ(model.Leftovers(),
            "channel " + caller + " PJSIP/phone-00000001 Up in bridge b\nbridge b of 1 channels\n");
}

TEST(SeedTest, TheSameSeedGivesTheSameAndAnotherOneAnother) {
  const auto run = [](uint64_t seed) {
    AsteriskOptions options;
    options.seed = seed;
    ModelWorld world(options);
    world.Subscribe(&world.heard);
    for (int i = 0; i < 20; ++i) world.model.Originate("voicebot1", Dial("d" + std::to_string(i)));
    world.Run();
    return world.heard;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace benari::fakes
