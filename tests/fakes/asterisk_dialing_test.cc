// Destinations of every kind: each test is a line of what was measured with Asterisk 22.10.1.
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/model_world.h"

namespace benari::fakes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class AsteriskDialingTest : public testing::Test {
 protected:
  AsteriskDialingTest() { world.Subscribe(&world.heard); }

  void Add(const std::string& bridge, std::vector<std::string> channels, int status = 204) {
    EXPECT_EQ(model.AddToBridge(bridge, channels).status, status);
    Settle();
  }
  void Settle() { world.RunFor(milliseconds(50)); }

  ModelWorld world;
  AsteriskModel& model = world.model;
};

TEST_F(AsteriskDialingTest, ADestinationThatAnswersEntersTheAppAndItsOtherHalfDoesNot) {
  EXPECT_EQ(model.Originate("voicebot1", Dial("d")).value.state, "Down");
  EXPECT_EQ(model.Originate("voicebot1", Dial("d")).status, 409);
  Settle();
  EXPECT_THAT(world.Of("d"), ElementsAre("Dial d Down", "ChannelStateChange d Up", "Dial d ANSWER",
                                         "StasisStart d [dialed] Up"));
  EXPECT_THAT(world.Of("d;2"), ElementsAre("ChannelStateChange d;2 Up"));
  EXPECT_THAT(model.Leftovers(), HasSubstr("channel d;2 Local/4438007@default-"));
}

TEST_F(AsteriskDialingTest, ADestinationThatHangsUpTakesBothHalvesAlong) {
  model.SetDestination("4438007", Destination::HangsUp(seconds(1)));
  model.Originate("voicebot1", Dial("d"));
  model.CreateBridge("b");
  Settle();
  Add("b", {"d"});
  world.heard.clear();
  world.RunFor(seconds(2));
  EXPECT_THAT(world.Of("d"), ElementsAre("ChannelHangupRequest d", "ChannelLeftBridge d b", "StasisEnd d",
                                         "ChannelDestroyed d 16"));
  EXPECT_THAT(world.Of("d;2"), ElementsAre("ChannelHangupRequest d;2", "ChannelDestroyed d;2 16"));
  EXPECT_EQ(model.Leftovers(), "bridge b of 0 channels\n");
}

struct Refusal {
  std::string name;
  Destination destination;
  std::vector<std::string> first_half;
  std::vector<std::string> second_half;
};

TEST_F(AsteriskDialingTest, AnUnansweredOriginateEndsWithoutStasisEnd) {
  const std::vector<Refusal> table = {
      {"busy",
       Destination::Busy(),
       {"Dial d Down", "Dial d BUSY", "ChannelDestroyed d 0"},
       {"ChannelStateChange d;2 Busy", "ChannelHangupRequest d;2", "ChannelHangupRequest d;2",
        "ChannelDestroyed d;2 17"}},
      {"congestion",
       Destination::Congestion(),
       {"Dial d Down", "Dial d CONGESTION", "ChannelDestroyed d 0"},
       {"ChannelStateChange d;2 Busy", "ChannelHangupRequest d;2", "ChannelHangupRequest d;2",
        "ChannelDestroyed d;2 34"}},
      {"unallocated",
       Destination::Unallocated(),
       {"Dial d Down", "ChannelHangupRequest d", "Dial d NOANSWER", "ChannelDestroyed d 1"},
       {"ChannelHangupRequest d;2", "ChannelDestroyed d;2 1"}},
      {"unknown", Destination::Unknown(), {"ChannelDestroyed d 0"}, {"ChannelDestroyed d;2 0"}},
  };
  for (const Refusal& row : table) {
    SCOPED_TRACE(row.name);
    world.heard.clear();
    model.SetDestination("", row.destination);
    EXPECT_EQ(model.Originate("voicebot1", Dial("d")).status, 200);
    Settle();
    EXPECT_EQ(world.Of("d"), row.first_half);
    EXPECT_EQ(world.Of("d;2"), row.second_half);
    EXPECT_EQ(model.Leftovers(), "");
  }
}

TEST_F(AsteriskDialingTest, ATrunksChannelShowsItsCauseItself) {
  model.SetDestination("", Destination::Busy());
  model.Originate("voicebot1", Dial("d", "PJSIP/1001@trunk"));
  Settle();
  EXPECT_THAT(world.heard, ElementsAre("Dial d Down", "Dial d BUSY", "ChannelDestroyed d 17"));
}

TEST_F(AsteriskDialingTest, ARingingDestinationEndsWithTheTimeoutOrTheRequest) {
  model.SetDestination("", Destination::Rings());
  model.Originate("voicebot1", Dial("d"));
  world.RunFor(seconds(9));
  EXPECT_THAT(world.Of("d"), ElementsAre("Dial d Down", "ChannelStateChange d Ringing", "Dial d RINGING"));
  EXPECT_THAT(model.GetApplication("voicebot1").value.channel_ids, ElementsAre("d", "d;2"));
  world.RunFor(seconds(2));
  EXPECT_EQ(world.heard.back(), "ChannelDestroyed d;2 19");
  EXPECT_EQ(model.EndOf("d")->cause, 19);
  EXPECT_EQ(model.Leftovers(), "");
  model.Originate("voicebot1", Dial("d"));
  Settle();
  EXPECT_EQ(model.HangUp("d", "").status, 204);
  Settle();
  EXPECT_EQ(world.Of("d").back(), "ChannelDestroyed d 16");
  EXPECT_EQ(model.Leftovers(), "");
}

TEST_F(AsteriskDialingTest, ALateAnswerComesAfterRinging) {
  model.SetDestination("", Destination::Answers(seconds(3)));
  model.Originate("voicebot1", Dial("d"));
  world.RunFor(seconds(2));
  EXPECT_EQ(world.Of("d").back(), "Dial d RINGING");
  world.RunFor(seconds(2));
  EXPECT_EQ(world.Of("d").back(), "StasisStart d [dialed] Up");
}

TEST_F(AsteriskDialingTest, OriginateRefuses) {
  EXPECT_EQ(model.Originate("voicebot1", Dial("d", "")).status, 400);
  EXPECT_EQ(model.Originate("voicebot1", Dial("d", "rubbish")).status, 400);
  model.SetDestination("666", Destination::Unroutable());
  EXPECT_EQ(model.Originate("voicebot1", Dial("e", "PJSIP/666@nowhere")).status, 500);
}

TEST_F(AsteriskDialingTest, AfterADuplicateIdAnUnroutableOriginateMayAnswer409) {
  model.SetDestination("666", Destination::Unroutable());
  model.CreateExternalMedia("voicebot1", External("m"));
  model.CreateExternalMedia("voicebot1", External("m"));
  std::set<int> statuses;
  for (int i = 0; i < 50; ++i) statuses.insert(model.Originate("voicebot1", Dial("e", "PJSIP/666@n")).status);
  EXPECT_THAT(statuses, ElementsAre(409, 500));
}

}  // namespace
}  // namespace benari::fakes
