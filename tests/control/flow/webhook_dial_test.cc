// A webhook that has several numbers dialled at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/call/call_settings.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

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
      HangUpAndExpectClean();
    }
  }
}

}  // namespace
}  // namespace benari::control
