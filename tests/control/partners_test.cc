// Who is in the bridge with whom: each change of a partner, as Asterisk sees it. A channel that stays has to
// leave and enter again with its next partner, and no third one may be there meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

class PartnersTest : public ::testing::Test {
 protected:
  void Begin(CallConfig config = {}) {
    world = std::make_unique<ControlWorld>(config);
    world->asterisk.SetDestination("", Destination::Answers(milliseconds(200)));
    world->asterisk.feed().Watch([this](const fakes::Notice& notice) { Note(notice); });
    world->Start();
  }
  std::string CallerInEcho() {
    const std::string caller = world->Caller();
    EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
    return caller;
  }
  // "+caller", "-media1": enters, leaves the bridge of the call.
  void Note(const fakes::Notice& notice) {
    if (const auto* entered = std::get_if<ari::ChannelEnteredBridge>(&notice.event))
      Note("+", entered->bridge_id, entered->channel_id);
    if (const auto* left = std::get_if<ari::ChannelLeftBridge>(&notice.event))
      Note("-", left->bridge_id, left->channel_id);
  }
  void Note(const std::string& sign, const std::string& bridge, const std::string& channel) {
    if (bridge == "other") return;
    const std::string caller = bridge.substr(7, bridge.size() - 14);  // benari.X.bridge
    changes.push_back(sign + (channel == caller ? "caller" : channel.substr(channel.rfind('.') + 1)));
  }
  std::vector<std::string> MembersOf(const std::string& caller) {
    return world->asterisk.GetBridge("benari." + caller + ".bridge").value.channel_ids;
  }
  int Requests(const std::string& operation) {
    int count = 0;
    for (const fakes::Step& step : world->control->faults().steps()) count += step.operation == operation;
    return count;
  }
  void ExpectCleanEnd(const std::string& caller) {
    world->asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->Ended(CallOutcome::kCompleted), 1);
    EXPECT_EQ(world->control->Metric("benari_control_swept_total"), 0);
  }

  std::unique_ptr<ControlWorld> world;
  std::vector<std::string> changes;
};

TEST_F(PartnersTest, ACallerLeavesAndEntersAnewWithItsDestination) {
  Begin();
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_THAT(changes, ElementsAre("+caller", "+media1", "-media1", "-caller", "+caller", "+destination"));
  EXPECT_EQ(Requests("ari.AddToBridge"), 2) << "it costs no request";
  EXPECT_EQ(Requests("ari.GetBridge"), 0);
  world->RunFor(seconds(60));
  EXPECT_EQ(Requests("ari.AddToBridge"), 2);
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, ACallerWhomAnotherApplicationRecordsStaysInTheBridge) {
  Begin();
  const std::string caller = CallerInEcho();
  fakes::Fault recorded;
  recorded.kind = fakes::FaultKind::kErrorBefore;
  recorded.status = 409;
  world->control->faults().Add("ari.AddToBridge", 2, recorded);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_THAT(changes, ElementsAre("+caller", "+media1", "-media1", "+destination"));
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, MediaThatReplacesAnotherFindsTheCallerAlone) {
  CallConfig config;
  config.echo_time.reset();
  Begin(config);
  const std::string caller = CallerInEcho();
  world->media.Kill(world->control->app().table().Find(caller)->media().node());
  ASSERT_TRUE(
      world->Until([&] { return world->control->Metric("benari_control_media_replaced_total") == 1; }));
  EXPECT_THAT(changes, ElementsAre("+caller", "+media1", "-media1", "-caller", "+caller", "+media2"));
  EXPECT_EQ(Requests("ari.AddToBridge"), 2);
}

TEST_F(PartnersTest, AConversationThatIsAdoptedIsJoinedAnew) {
  Begin();
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->Kill();
  changes.clear();
  world->Start();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_THAT(changes, ElementsAre("-caller", "+caller", "-destination", "+destination"));
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, ADestinationThatAnswersAfterARestartFindsTheCallerAlone) {
  Begin();
  world->asterisk.SetDestination("", Destination::Answers(seconds(2)));
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
  world->RunFor(milliseconds(100));
  world->Kill();
  changes.clear();
  world->Start();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_THAT(changes, ElementsAre("-caller", "+caller", "+destination"));
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, ACallerWhomSomebodyMovedInTheEchoMeetsItsDestination) {
  Begin();
  const std::string caller = CallerInEcho();
  world->asterisk.CreateBridge("other");
  world->asterisk.AddToBridge("other", {caller});
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_THAT(MembersOf(caller), ElementsAre(caller, "benari." + caller + ".destination"));
  world->asterisk.DestroyBridge("other");
  ExpectCleanEnd(caller);
}

// The news are complete as the slow answer comes: nothing has to be waited for.
TEST_F(PartnersTest, WhoIsMovedAsItIsJoinedIsJoinedAgainSoon) {
  Begin();
  fakes::Fault slow;
  slow.kind = fakes::FaultKind::kDelayed;
  slow.delay = milliseconds(2000);
  world->control->faults().Add("ari.AddToBridge", 1, slow);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->Until([&] { return MembersOf(caller).size() == 2; }));
  world->asterisk.CreateBridge("other");
  world->asterisk.AddToBridge("other", {caller});
  world->RunFor(milliseconds(100));
  ASSERT_EQ(MembersOf(caller).size(), 1u);
  EXPECT_TRUE(world->Until([&] { return MembersOf(caller).size() == 2; }, seconds(3)));
  world->asterisk.DestroyBridge("other");
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, WhoIsMovedOutOfAConversationIsJoinedAgain) {
  Begin();
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CreateBridge("other");
  for (const std::string& moved : {caller, "benari." + caller + ".destination"}) {
    world->asterisk.AddToBridge("other", {moved});
    world->RunFor(seconds(1));
    EXPECT_THAT(MembersOf(caller), ElementsAre(caller, "benari." + caller + ".destination")) << moved;
  }
  EXPECT_EQ(Requests("ari.AddToBridge"), 4);
  world->asterisk.DestroyBridge("other");
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, WhoIsMovedWhileTheEventsAreLostIsJoinedAgain) {
  Begin();
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->control->Disconnect();
  world->asterisk.CreateBridge("other");
  world->asterisk.AddToBridge("other", {caller});
  world->RunFor(seconds(1));
  ASSERT_TRUE(world->control->Connect());
  world->RunFor(seconds(2));
  EXPECT_THAT(MembersOf(caller), ElementsAre(caller, "benari." + caller + ".destination"));
  world->asterisk.DestroyBridge("other");
  ExpectCleanEnd(caller);
}

// Whatever they are: a caller or destination who leaves the bridge because it hangs up.
TEST_F(PartnersTest, AHangUpIsNoMove) {
  Begin();
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->control->ari().DelayEvents([] { return milliseconds(100); });
  ExpectCleanEnd(caller);
  EXPECT_EQ(Requests("ari.AddToBridge"), 2);
}

// The request of an instance that has just been replaced is carried out after the list of its successor.
TEST_F(PartnersTest, ABridgeThatIsThereAlreadyIsTaken) {
  Begin();
  world->control->faults().Before([this](const fakes::Step& step) {
    if (step.operation != "ari.CreateBridge") return;
    const std::string caller = world->asterisk.channels().begin()->first;
    world->asterisk.CreateBridge("benari." + caller + ".bridge");
  });
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  ExpectCleanEnd(caller);
}

TEST_F(PartnersTest, ABridgeWhoseAnswerIsLostIsTaken) {
  Begin();
  fakes::Fault lost;
  lost.kind = fakes::FaultKind::kUnreachableAfter;
  world->control->faults().Add("ari.CreateBridge", 1, lost);
  const std::string caller = CallerInEcho();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  ExpectCleanEnd(caller);
}

// An earlier process could not hang its media up, dialled, and died.
TEST_F(PartnersTest, AnEchoThatIsAdoptedBesideADestinationEnds) {
  Begin();
  world->asterisk.SetDestination("", Destination::Answers(seconds(3)));
  const std::string caller = CallerInEcho();
  world->control->faults().ChooseWith([](const fakes::Step& step) {
    fakes::Fault fault;
    if (step.operation == "ari.HangUp") fault.kind = fakes::FaultKind::kErrorBefore;
    return fault;
  });
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
  world->RunFor(milliseconds(50));
  world->Kill();
  world->RunFor(seconds(1));
  world->Start();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_THAT(MembersOf(caller), ElementsAre(caller, "benari." + caller + ".destination"));
  EXPECT_EQ(world->media.Leftovers(), "");
  ExpectCleanEnd(caller);
}

}  // namespace
}  // namespace benari::control
