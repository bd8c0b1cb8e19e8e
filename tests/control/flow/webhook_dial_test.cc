// A webhook that has several numbers dialled at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/call/call_settings.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr char kBoth[] = "<Dial action='/done'><Number>7</Number><Number>42</Number></Dial>";

// Number 7 fares as `destination_` says, number 42 answers after three seconds.
class WebhookSeveralTest : public WebhookTest {
 protected:
  void Prepare() override {
    WebhookTest::Prepare();
    world_->asterisk.SetDestination("trunk", sip_);  // of PJSIP/trunk/sip:…
  }
  void Begin(Destination first, const char* dial = kBoth) {
    destination_ = first;
    replies_.clear();
    Answers({dial});
    replies_["http://bots/done"] = {{"<Hangup/>"}};
    WebhookTest::Begin(config_);
  }
  // The numbers whose phones ring or talk.
  size_t Dialled() const {
    size_t dialled = 0;
    for (const auto& [id, channel] : world_->asterisk.channels())
      dialled += channel.kind == fakes::ChannelKind::kDialled && !channel.dying ? 1 : 0;
    return dialled;
  }
  // The name of the channel that rings or talks.
  std::string ConnectedTo() const {
    for (const auto& [id, channel] : world_->asterisk.channels())
      if (channel.kind == fakes::ChannelKind::kDialled && !channel.dying) return channel.ari.name;
    return "";
  }
  // A field of the status callbacks, in order.
  std::vector<std::string> Told(const std::string& field) const {
    std::vector<std::string> values;
    for (const auto& each : world_->webhooks.notified)
      values.push_back(fakes::FakeWebhookServer::FieldOf(each, field));
    return values;
  }
  bool UntilDialled(size_t many) {
    return world_->Until([this, many] { return Dialled() == many; });
  }

  CallConfig config_ = WebhookCall();
  Destination sip_ = Destination::Answers();
};

TEST_F(WebhookSeveralTest, TheFirstToAnswerIsConnectedAndTheOthersAreHungUp) {
  for (const Destination& first :
       {Destination::Rings(), Destination::Answers(seconds(1)), Destination::Answers(seconds(3))}) {
    Begin(first);
    ASSERT_TRUE(UntilDialled(2)) << "both ring";
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
    EXPECT_EQ(Dialled(), 1u);
    world_->RunFor(seconds(10));
    EXPECT_EQ(world_->control->app().table().Find(caller_)->phase(), CallPhase::kConnected);
    EXPECT_EQ(Dialled(), 1u);
    EXPECT_FALSE(Caller().hears_ringing);
    HangUpAndExpectClean();
  }
}

TEST_F(WebhookSeveralTest, OneThatIsNotReachedIsOneLess) {
  for (const Destination& first : {Destination::Busy(), Destination::Unknown(), Destination::Unroutable()}) {
    Begin(first);
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
    world_->RunFor(seconds(5));
    for (const auto& [id, destination] : world_->asterisk.dialled()) world_->asterisk.DestinationHangsUp(id);
    ASSERT_TRUE(UntilAsked(2));
    EXPECT_EQ(Asked(2, "DialCallStatus"), "completed");
    ExpectClean();
  }
}

TEST_F(WebhookSeveralTest, OneThatMustNotBeDialledIsOneLess) {
  Begin(Destination::Answers(),
        "<Dial><Number>joe</Number><Sip>sip:joe@example.com</Sip><Number>3308487</Number><Number>42</"
        "Number></Dial>");
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_TRUE(Warned("verb of the webhook not done"));
  HangUpAndExpectClean();
}

TEST_F(WebhookSeveralTest, ASipUriThatIsAllowedIsDialledBesideANumber) {
  for (const Destination& sip : {Destination::Answers(seconds(1)), Destination::Busy()}) {
    config_.webhook.dial_out_sip_endpoint = "PJSIP/trunk/{uri}";
    ASSERT_TRUE(SetCallSetting(config_, "dial_out_allow", "sip:joe@pbx\\.example").ok());
    sip_ = sip;
    Begin(Destination::Rings(),
          "<Dial action='/done'><Sip>sip:joe@pbx.example</Sip><Sip>sip:eve@pbx.example</Sip>"
          "<Number>42</Number></Dial>");
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
    world_->RunFor(seconds(5));
    const bool busy = sip.kind == Destination::Kind::kBusy;
    EXPECT_EQ(ConnectedTo().starts_with("PJSIP/trunk-"), !busy) << ConnectedTo();
    EXPECT_TRUE(Warned("verb of the webhook not done")) << "of eve";
    EXPECT_EQ(Dialled(), 1u);
    for (const auto& [id, destination] : world_->asterisk.dialled()) world_->asterisk.DestinationHangsUp(id);
    ASSERT_TRUE(UntilAsked(2));
    EXPECT_EQ(Asked(2, "DialCallStatus"), "completed");
    ExpectClean();
  }
}

TEST_F(WebhookSeveralTest, WhereNobodyIsReachedTheFirstNumberSaysWhy) {
  Begin(Destination::Busy(), "<Dial action='/done'><Number>7</Number><Number>8</Number></Dial>");
  world_->asterisk.SetDestination("8", Destination::Unknown());
  ASSERT_TRUE(UntilAsked(2));
  EXPECT_EQ(Asked(2, "DialCallStatus"), "busy");
  ExpectClean();
}

TEST_F(WebhookSeveralTest, EachNumberReportsHowItFares) {
  const std::string dial =
      "<Dial action='/done' callerId='30' timeout='10'><Number statusCallback='/first' "
      "statusCallbackEvent='initiated ringing answered completed'>7</Number>"
      "<Number statusCallback='http://log/second' statusCallbackMethod='GET'>42</Number></Dial>";
  Begin(Destination::Rings(), dial.c_str());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  world_->RunFor(seconds(12));
  world_->asterisk.CallerHangsUp(caller_);
  ExpectClean();
  EXPECT_THAT(Told("CallStatus"), ElementsAre("initiated", "ringing", "canceled", "completed"));
  EXPECT_THAT(Told("SequenceNumber"), ElementsAre("0", "1", "2", "0"));
  EXPECT_THAT(Told("To"), ElementsAre("7", "7", "7", "42"));
  EXPECT_THAT(Told("From"), Each("30"));
  EXPECT_THAT(Told("Direction"), Each("outbound-dial"));
  EXPECT_THAT(Told("ParentCallSid"), Each(Asked(1, "CallSid")));
  EXPECT_THAT(Told("CallSid"), Each(SizeIs(34)));
  EXPECT_EQ(Told("CallDuration").back(), "12");
  EXPECT_EQ(world_->webhooks.notified.front().url, "http://bots/first");
  EXPECT_EQ(world_->webhooks.notified.back().url, "http://log/second");
  EXPECT_EQ(world_->webhooks.notified.back().method, twiml::Method::kGet);
}

TEST_F(WebhookSeveralTest, WhyANumberWasNotReachedIsReportedOnce) {
  const struct {
    Destination destination;
    const char* status;
  } kTable[] = {{Destination::Busy(), "busy"},
                {Destination::Rings(), "no-answer"},
                {Destination::Unknown(), "failed"},
                {Destination::Unroutable(), "failed"},
                {Destination::HangsUp(seconds(12), seconds(3)), "completed"}};
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.status);
    Begin(row.destination,
          "<Dial action='/done' timeout='10'><Number statusCallback='/told'>7</Number></Dial>");
    ASSERT_TRUE(UntilAsked(2));
    EXPECT_EQ(Asked(2, "DialCallStatus"), row.status);
    EXPECT_THAT(Told("CallStatus"), ElementsAre(row.status));
    EXPECT_THAT(Told("CallSid"), ElementsAre(Asked(2, "DialCallSid")));
    ExpectClean();
  }
}

TEST_F(WebhookSeveralTest, WhoIsLostWhileAsteriskIsAwayIsDialledAgainAsTheSameCall) {
  Begin(Destination::Answers(seconds(2)),
        "<Dial action='/done'><Number statusCallback='/told' "
        "statusCallbackEvent='initiated ringing answered completed'>7</Number></Dial>");
  ASSERT_TRUE(world_->Until([this] { return !world_->asterisk.dialled().empty(); }));
  world_->control->Disconnect();
  world_->asterisk.DestinationHangsUp(world_->asterisk.dialled().begin()->first);
  world_->RunFor(seconds(1));
  ASSERT_TRUE(world_->control->Connect());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  HangUpAndExpectClean();
  EXPECT_THAT(Told("CallStatus"), ElementsAre("initiated", "ringing", "in-progress", "completed"));
  EXPECT_THAT(Told("CallSid"), Each(Told("CallSid").front()));
}

TEST_F(WebhookSeveralTest, ACallerWhoLeavesEndsTheRingingAndThatIsReported) {
  Begin(Destination::Rings(),
        "<Dial><Sip statusCallback='/no'>sip:eve@pbx.example</Sip>"
        "<Number statusCallback='/told'>7</Number></Dial>");
  ASSERT_TRUE(UntilDialled(1));
  world_->RunFor(seconds(2));
  HangUpAndExpectClean();
  EXPECT_THAT(Told("CallStatus"), ElementsAre("canceled"));
  EXPECT_EQ(world_->webhooks.notified.front().url, "http://bots/told");
}

TEST_F(WebhookSeveralTest, AtEachMomentTheCallerMayHangUpOrControlDie) {
  for (int ms = 0; ms < 4000; ms = ms < 60 ? ms + 3 : ms + 397) {
    for (const bool dies : {false, true}) {
      SCOPED_TRACE(testing::Message() << ms << (dies ? " dies" : ""));
      Begin(Destination::Answers(seconds(3)));
      world_->RunFor(milliseconds(ms));
      if (dies) {
        world_->Kill();
        world_->RunFor(milliseconds(500));
        world_->Start();
        ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
        world_->RunFor(seconds(1));
        EXPECT_EQ(Dialled(), 1u);
      }
      world_->asterisk.CallerHangsUp(caller_);
      EXPECT_TRUE(world_->UntilNoCalls());
      world_->RunFor(seconds(15));
      EXPECT_EQ(world_->Leftovers(), "") << "the next control sweeps the other one";
    }
  }
}

}  // namespace
}  // namespace benari::control
