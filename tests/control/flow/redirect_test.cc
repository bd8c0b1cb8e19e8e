// A call that is redirected over the API leaves what it does, in every phase of every flow, and runs a
// document.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/call/call_settings.h"
#include "control/twiml/parser.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNext[] = "http://bots/next";
constexpr char kDialSeven[] = "<Dial>7</Dial>";

class RedirectTest : public WebhookTest {
 protected:
  static CallConfig Of(FlowKind flow) {
    CallConfig config = WebhookCall();
    config.flow = flow;
    config.bot.url = kUrl;
    config.bot.on_close = AfterBot::kTransfer;
    return config;
  }
  bool Redirect(const std::string& verbs) {
    auto document = twiml::Parse("<Response>" + verbs + "</Response>");
    EXPECT_TRUE(document.ok()) << document.status();
    return world_->control->app().Redirect(caller_, *std::move(document));
  }
  bool RedirectTo(const std::string& url, const std::string& fallback = "") {
    twiml::RemoteDocument remote;
    remote.url = url;
    remote.fallback_url = fallback;
    return world_->control->app().Redirect(caller_, remote);
  }
  std::string Destination() { return world_->control->app().table().Find(caller_)->destination(); }
  // The caller talks to the destination with number 7, and to nobody else.
  void ExpectConnectedToSeven() {
    ASSERT_TRUE(world_->Until([this] {
      const auto call = world_->control->app().table().Find(caller_);
      return call == nullptr || (call->phase() == CallPhase::kConnected && Endpoint() == "Local/7@default/n");
    }));
    world_->RunFor(seconds(1));
    ASSERT_TRUE(world_->control->app().table().Contains(caller_));
    const auto& bridges = world_->asterisk.bridges();
    ASSERT_THAT(bridges, SizeIs(1));
    EXPECT_THAT(bridges.begin()->second.ari.channel_ids, SizeIs(2)) << "nobody else is heard";
    EXPECT_FALSE(Caller().hears_ringing);
    EXPECT_EQ(world_->media.Leftovers(), "") << "nothing that was left is kept";
  }
  // Of the destination that was dialled last.
  std::string Endpoint() const {
    std::string endpoint;
    for (const CallStep& step : world_->control->history().Find(caller_)->steps) {
      if (step.what != "dialing") continue;
      endpoint = std::get<std::string>(step.fields.at(0).second);
    }
    return endpoint;
  }
};

// At moments that fall into each step of an echo, a bot, their dialling and their conversation.
TEST_F(RedirectTest, FromEverythingThatACallDoes) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(2));
  Answers({StreamTo(kUrl) + "<Pause length='2'/><Dial>42</Dial>"});
  for (const FlowKind flow : {FlowKind::kEcho, FlowKind::kBot, FlowKind::kWebhook}) {
    for (const bool answered : {true, false}) {
      for (int ms = 0; ms < 14000; ms = ms < 150 ? ms + 3 : ms + 397) {
        SCOPED_TRACE(testing::Message() << static_cast<int>(flow) << " " << answered << " after " << ms);
        Begin(Of(flow), answered);
        world_->RunFor(milliseconds(ms));
        ASSERT_TRUE(Redirect(kDialSeven));
        ExpectConnectedToSeven();
        HangUpAndExpectClean();
        ASSERT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
        ASSERT_FALSE(HasFailure()) << world_->control->history().Find(caller_)->end->why;
      }
    }
  }
}

TEST_F(RedirectTest, FromABotToAnotherOne) {
  scripts_[kFallback] = BotScript::ClosesAfter(seconds(3));
  for (const FlowKind flow : {FlowKind::kBot, FlowKind::kWebhook}) {
    replies_.clear();
    Answers({StreamTo(kUrl, " statusCallback='http://bots/status'")});
    Begin(Of(flow));
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    world_->RunFor(seconds(1));
    world_->asterisk.Press(caller_, "1");
    ASSERT_TRUE(Redirect(StreamTo(kFallback) + "<Hangup/>"));
    ASSERT_TRUE(world_->Until([this] { return Dialled().size() == 2; }));
    EXPECT_EQ(Dialled()[1].url, kFallback);
    EXPECT_EQ(Dialled()[1].call_sid, Dialled()[0].call_sid);
    EXPECT_EQ(Result(BotResult::kRedirected), 1);
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    ExpectClean();
    EXPECT_EQ(Result(BotResult::kClosed), 1);
    EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
    if (flow == FlowKind::kWebhook) {
      EXPECT_THAT(Events(), ElementsAre("stream-started", "stream-stopped"));
    }
  }
}

TEST_F(RedirectTest, AsksAUrlAndThenItsFallback) {
  replies_[kNext] = {{kDialSeven}};
  Begin(Of(FlowKind::kEcho));
  ASSERT_TRUE(UntilPhase(CallPhase::kEcho));
  EXPECT_THAT(world_->webhooks.asked, IsEmpty());
  ASSERT_TRUE(RedirectTo("http://bots/broken", kNext));
  ExpectConnectedToSeven();
  ASSERT_THAT(world_->webhooks.asked, SizeIs(2));
  EXPECT_EQ(world_->webhooks.asked[1].url, kNext);
  EXPECT_EQ(Asked(1, "CallStatus"), "in-progress");
  HangUpAndExpectClean();
}

// As on Twilio: the leg that was dialled is dropped, and the caller stays.
TEST_F(RedirectTest, DropsTheDestinationThatAnsweredBefore) {
  Begin(Of(FlowKind::kEcho));
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  const std::string first = Destination();
  ASSERT_TRUE(Redirect("<Pause length='5'/><Dial>7</Dial>"));
  world_->RunFor(seconds(2));
  EXPECT_TRUE(world_->asterisk.EndOf(first).has_value());
  EXPECT_FALSE(world_->asterisk.EndOf(caller_).has_value());
  ExpectConnectedToSeven();
  EXPECT_NE(Destination(), first);
  HangUpAndExpectClean();
}

TEST_F(RedirectTest, EndsTheRingingOfADestinationThatHasNotAnswered) {
  Begin(Of(FlowKind::kEcho));
  world_->asterisk.SetDestination("42", fakes::Destination::Answers(seconds(60)));
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  world_->RunFor(seconds(1));
  EXPECT_TRUE(Caller().hears_ringing);
  ASSERT_TRUE(Redirect("<Pause length='60'/>"));
  world_->RunFor(seconds(2));
  EXPECT_FALSE(Caller().hears_ringing);
  EXPECT_THAT(world_->asterisk.channels(), SizeIs(1)) << "the caller is alone";
  HangUpAndExpectClean();
}

TEST_F(RedirectTest, HangsUp) {
  for (const char* verbs : {"<Hangup/>", ""}) {
    Begin(Of(FlowKind::kBot));
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    ASSERT_TRUE(Redirect(verbs));
    ExpectClean();
    EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
    EXPECT_EQ(world_->asterisk.EndOf(caller_)->cause, 16);
  }
}

TEST_F(RedirectTest, TheLastOfSeveralCounts) {
  replies_["http://bots/slow"] = {{StreamTo(kUrl), false, seconds(4)}};
  Begin(Of(FlowKind::kEcho));
  ASSERT_TRUE(UntilPhase(CallPhase::kEcho));
  ASSERT_TRUE(Redirect("<Dial>42</Dial>"));
  ASSERT_TRUE(RedirectTo("http://bots/slow"));
  world_->RunFor(seconds(1));
  ASSERT_TRUE(Redirect("<Dial>42</Dial>"));
  world_->RunFor(milliseconds(5));
  ASSERT_TRUE(Redirect(kDialSeven));
  ExpectConnectedToSeven();
  EXPECT_THAT(Dialled(), IsEmpty()) << "an answer to what was left is nobody's";
  HangUpAndExpectClean();
}

TEST_F(RedirectTest, OfACallThatEndsIsRefused) {
  Begin(Of(FlowKind::kEcho));
  ASSERT_TRUE(UntilPhase(CallPhase::kEcho));
  ASSERT_TRUE(world_->control->app().HangUp(caller_));
  EXPECT_FALSE(Redirect(kDialSeven)) << "a hang-up is a hang-up";
  ASSERT_TRUE(UntilPhase(CallPhase::kReleasing));
  EXPECT_FALSE(Redirect(kDialSeven));
  ExpectClean();
  EXPECT_FALSE(Redirect(kDialSeven));
  EXPECT_EQ(world_->asterisk.dialled().size(), 0U);
}

TEST_F(RedirectTest, ToANumberAsTheSettingsAllow) {
  Begin(Of(FlowKind::kBot));
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  StasisApp& app = world_->control->app();
  EXPECT_TRUE(absl::IsInvalidArgument(app.Transfer(caller_, "330-8487"))) << "the one that was called";
  EXPECT_TRUE(absl::IsInvalidArgument(app.Transfer(caller_, "joe")));
  EXPECT_TRUE(absl::IsNotFound(app.Transfer("nobody", "7")));
  world_->RunFor(seconds(1));
  EXPECT_EQ(app.table().Find(caller_)->phase(), CallPhase::kBot);
  ASSERT_TRUE(app.Transfer(caller_, "7").ok());
  ExpectConnectedToSeven();
  HangUpAndExpectClean();
  EXPECT_TRUE(absl::IsNotFound(app.Transfer(caller_, "7")));
}

TEST_F(RedirectTest, ToASipUriAsTheSettingsAllow) {
  CallConfig config = Of(FlowKind::kBot);
  ASSERT_TRUE(SetCallSetting(config, "dial_out_sip_endpoint", "PJSIP/trunk/{uri}").ok());
  ASSERT_TRUE(SetCallSetting(config, "dial_out_allow", "sip:joe@pbx\\.example").ok());
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  StasisApp& app = world_->control->app();
  EXPECT_TRUE(absl::IsInvalidArgument(app.Transfer(caller_, "sip:eve@pbx.example")));
  ASSERT_TRUE(app.Transfer(caller_, "sip:joe@pbx.example").ok());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_EQ(Endpoint(), "PJSIP/trunk/sip:joe@pbx.example");
  HangUpAndExpectClean();
}

TEST_F(RedirectTest, KeysAreSentToTheCallersEnd) {
  Begin(Of(FlowKind::kBot));
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  StasisApp& app = world_->control->app();
  EXPECT_TRUE(app.SendDigits(caller_, "12#"));
  world_->RunFor(seconds(1));
  EXPECT_EQ(Caller().keys, "12#");
  world_->control->faults().Add("ari.SendDtmf", 2, {fakes::FaultKind::kErrorBefore});
  EXPECT_TRUE(app.SendDigits(caller_, "3"));
  world_->RunFor(seconds(1));
  EXPECT_TRUE(Warned("keys not sent"));
  HangUpAndExpectClean();
  EXPECT_FALSE(app.SendDigits(caller_, "1"));
}

TEST_F(RedirectTest, WaitsWhileAsteriskIsAway) {
  Begin(Of(FlowKind::kEcho));
  ASSERT_TRUE(UntilPhase(CallPhase::kEcho));
  world_->control->Disconnect();
  ASSERT_TRUE(Redirect(kDialSeven));
  world_->RunFor(seconds(3));
  EXPECT_NE(world_->media.Leftovers(), "") << "the caller hears its echo meanwhile";
  ASSERT_TRUE(world_->control->Connect());
  ExpectConnectedToSeven();
  HangUpAndExpectClean();
}

// The document is lost with its process; what the caller is in goes on.
TEST_F(RedirectTest, TheNextInstanceGoesOnWithTheBotOrConversation) {
  for (const FlowKind flow : {FlowKind::kEcho, FlowKind::kBot, FlowKind::kWebhook}) {
    for (const bool bot : {true, false}) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(flow) << bot);
      replies_.clear();
      Answers({StreamTo(kUrl), "<Hangup/>"});
      Begin(Of(flow));
      world_->RunFor(seconds(2));
      ASSERT_TRUE(Redirect(bot ? StreamTo(kFallback) : kDialSeven));
      world_->RunFor(seconds(20));
      const std::string destination = Destination();
      world_->Kill();
      world_->Start();
      world_->RunFor(seconds(20));
      ASSERT_TRUE(UntilPhase(bot ? CallPhase::kBot : CallPhase::kConnected));
      if (bot) {
        EXPECT_EQ(Dialled().back().url, kFallback);
      } else {
        EXPECT_EQ(Destination(), destination);
      }
      HangUpAndExpectClean();
    }
  }
}

}  // namespace
}  // namespace benari::control
