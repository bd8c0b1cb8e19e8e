// What somebody else does with the app's channels, as seen with Asterisk 22.10.1.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/model_world.h"

namespace benari::fakes {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class AsteriskMovesTest : public testing::Test {
 protected:
  AsteriskMovesTest() { world.Subscribe(&world.heard); }

  // A caller in bridge "b", beside an ExternalMedia channel "m".
  std::string Bridged() {
    const std::string caller = world.Caller();
    model.CreateExternalMedia("voicebot1", External("m"));
    model.CreateBridge("b");
    model.AddToBridge("b", {caller, "m"});
    world.RunFor(milliseconds(50));
    world.heard.clear();
    return caller;
  }

  ModelWorld world;
  AsteriskModel& model = world.model;
};

TEST_F(AsteriskMovesTest, ARedirectedCallerIsBackInTheAppUnderItsIdAtOnce) {
  const std::string caller = Bridged();
  model.Redirect(caller);
  world.RunFor(milliseconds(10));
  EXPECT_THAT(world.Of(caller), ElementsAre("ChannelLeftBridge " + caller + " b", "StasisEnd " + caller,
                                            "StasisStart " + caller + " [inbound] Up"));
  EXPECT_THAT(model.GetBridge("b").value.channel_ids, ElementsAre("m"));
}

TEST_F(AsteriskMovesTest, ACallerInAnotherApplicationIsNotHeardOf) {
  const std::string caller = Bridged();
  model.MoveAway(caller);
  world.RunFor(milliseconds(10));
  EXPECT_THAT(world.Of(caller), ElementsAre("ChannelLeftBridge " + caller + " b", "StasisEnd " + caller));
  EXPECT_EQ(model.GetChannel(caller).status, 200);
  EXPECT_EQ(model.AddToBridge("b", {caller}).status, 422);
  model.Redirect(caller);
  world.RunFor(milliseconds(10));
  EXPECT_EQ(world.heard.back(), "StasisStart " + caller + " [inbound] Up");
}

TEST_F(AsteriskMovesTest, ADialPlanThatTriesAgainEntersTheAppAgain) {
  CallerArgs args;
  args.retries = 1;
  const std::string caller = model.CallerArrives(args);
  world.RunFor(milliseconds(10));
  for (int i = 0; i < 2; ++i) {
    world.heard.clear();
    model.ContinueInDialplan(caller, "", "");
    world.RunFor(milliseconds(10));
    if (i == 0) {
      EXPECT_EQ(world.heard.back(), "StasisStart " + caller + " [inbound] Up");
    } else {
      EXPECT_THAT(world.heard, ElementsAre("StasisEnd " + caller));
    }
  }
}

}  // namespace
}  // namespace benari::fakes
