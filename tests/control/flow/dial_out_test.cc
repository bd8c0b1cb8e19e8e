// Calls that the API asks for: whom control dials, what becomes of them, and of those that an earlier process
// has dialled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/api/call_json.h"
#include "control/call/call_settings.h"
#include "control/record/call_sid.h"
#include "control/twiml/parser.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNext[] = "http://bots/next?a=1,2";

class DialOutTest : public WebhookTest {
 protected:
  void Begin(fakes::Destination callee, StasisApp::Options options = {}) {
    CallConfig config;
    config.webhook.dial_out_endpoint = "Local/{number}@default/n";
    config.webhook.dial_out_sip_endpoint = "PJSIP/trunk/{uri}";
    ASSERT_TRUE(
        SetCallSetting(config, "dial_out_allow", "joe|sip:[a-z]+@pbx\\.example(;transport=tcp)?").ok());
    world_ = std::make_unique<ControlWorld>(config, fakes::AsteriskOptions(), options);
    world_->asterisk.SetDestination("49301", callee);
    world_->asterisk.SetDestination("7", fakes::Destination::Answers(seconds(1)));
    for (const auto& [url, script] : scripts_) world_->media.SetBot(url, script);
    for (const auto& [url, replies] : replies_) world_->webhooks.Set(url, replies);
    world_->Start();
  }
  absl::StatusOr<std::string> DialOut(twiml::Source source, const std::string& to = "49301",
                                      const std::string& text = "") {
    CallOrder order;
    order.to = to;
    order.from = "49302";
    order.source = std::move(source);
    order.twiml = text;
    order.ringing_time = seconds(20);
    auto made = world_->control->app().DialOut(std::move(order));
    if (made.ok()) caller_ = *made;
    return made;
  }
  static twiml::Source Document(const std::string& verbs) {
    return *twiml::Parse("<Response>" + verbs + "</Response>");
  }
  static twiml::Source At(const std::string& url) {
    twiml::RemoteDocument remote;
    remote.url = url;
    return remote;
  }
  std::string Status() const { return api::StatusOf(*world_->control->history().Find(caller_)); }
  bool UntilStatus(const std::string& status) {
    return world_->Until([this, &status] { return Status() == status; });
  }
  void TakeOver() {
    world_->Kill();
    world_->Start();
  }
};

TEST_F(DialOutTest, TheDocumentRunsOnceItIsAnswered) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(5));
  Begin(fakes::Destination::Answers(seconds(3)));
  ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
  EXPECT_EQ(Status(), "queued");
  ASSERT_TRUE(UntilStatus("ringing"));
  EXPECT_THAT(Dialled(), IsEmpty());
  const ari::Channel& channel = world_->asterisk.channels().at(caller_).ari;
  EXPECT_THAT(channel.name, HasSubstr("Local/49301@default"));
  EXPECT_EQ(channel.caller_number, "49302");
  ASSERT_TRUE(UntilStatus("in-progress"));
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(Dialled()[0].call_sid, CallSid("benari", caller_));
  EXPECT_EQ(Dialled()[0].parameters.at("from_number"), "49302");
  EXPECT_EQ(Dialled()[0].parameters.at("to_number"), "49301");
  ExpectClean();
  EXPECT_EQ(Status(), "completed");
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
}

TEST_F(DialOutTest, AsksAUrlAndConnectsSomebodyElse) {
  replies_[kNext] = {{"<Dial>7</Dial>"}};
  Begin(fakes::Destination::Answers(seconds(3)));
  ASSERT_TRUE(DialOut(At(kNext)).ok());
  ASSERT_TRUE(UntilPhase(CallPhase::kWebhook));
  EXPECT_EQ(Asked(1, "Direction"), "outbound-api");
  EXPECT_EQ(Asked(1, "CallStatus"), "in-progress");
  EXPECT_EQ(Asked(1, "From"), "49302");
  EXPECT_EQ(Asked(1, "To"), "49301");
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  world_->asterisk.DestinationHangsUp(caller_);
  ExpectClean();
  EXPECT_EQ(Status(), "completed");
}

TEST_F(DialOutTest, WhyItIsNotAnswered) {
  struct Row {
    fakes::Destination callee;
    const char* status;
  };
  const Row rows[] = {{fakes::Destination::Busy(), "busy"},
                      {fakes::Destination::Answers(seconds(60)), "no-answer"},
                      {fakes::Destination::Congestion(), "failed"},
                      {fakes::Destination::Unallocated(), "failed"},
                      {fakes::Destination::Unroutable(), "failed"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.status);
    Begin(row.callee);
    ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
    ExpectClean();
    EXPECT_EQ(Status(), row.status);
    EXPECT_THAT(Dialled(), IsEmpty());
  }
}

TEST_F(DialOutTest, IsHungUpOnAtAnyMoment) {
  for (const bool by_api : {true, false}) {
    for (int ms = 0; ms < 12000; ms = ms < 100 ? ms + 3 : ms + 497) {
      SCOPED_TRACE(testing::Message() << by_api << " after " << ms);
      Begin(fakes::Destination::Answers(seconds(3)));
      ASSERT_TRUE(DialOut(Document(StreamTo(kUrl) + "<Dial>7</Dial>")).ok());
      world_->RunFor(milliseconds(ms));
      const bool answered = Status() == "in-progress";
      if (by_api || !world_->asterisk.channels().contains(caller_)) {
        EXPECT_TRUE(world_->control->app().HangUp(caller_));
      } else {
        world_->asterisk.DestinationHangsUp(caller_);
      }
      ExpectClean();
      if (answered) {
        EXPECT_EQ(Status(), "completed");
      } else if (by_api) {
        EXPECT_EQ(Status(), "canceled");
      }
      ASSERT_FALSE(HasFailure());
    }
  }
}

TEST_F(DialOutTest, ARedirectWhileItRingsCountsOnceItIsAnswered) {
  Begin(fakes::Destination::Answers(seconds(3)));
  ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
  ASSERT_TRUE(UntilStatus("ringing"));
  EXPECT_TRUE(world_->control->app().Redirect(caller_, Document(StreamTo(kFallback))));
  world_->RunFor(seconds(1));
  EXPECT_EQ(Status(), "ringing");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(Dialled()[0].url, kFallback);
  EXPECT_TRUE(world_->control->app().HangUp(caller_));
  ExpectClean();
}

TEST_F(DialOutTest, ARedirectCountsThoughTheRequestThatDialsIsNotAnswered) {
  Begin(fakes::Destination::Answers());
  fakes::Fault fault;
  fault.kind = fakes::FaultKind::kTimeoutAfter;
  world_->control->faults().Add("ari.Originate", 1, fault);
  ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
  EXPECT_TRUE(world_->control->app().Redirect(caller_, Document(StreamTo(kFallback))));
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Dialled()[0].url, kFallback);
  EXPECT_EQ(Status(), "in-progress");
  EXPECT_TRUE(world_->control->app().HangUp(caller_));
  ExpectClean();
}

TEST_F(DialOutTest, ARedirectDoesNotKeepWhoIsNotReached) {
  for (const fakes::Destination& callee : {fakes::Destination::Unroutable(), fakes::Destination::Busy()}) {
    Begin(callee);
    ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
    EXPECT_TRUE(world_->control->app().Redirect(caller_, Document(StreamTo(kFallback))));
    ExpectClean();
    EXPECT_EQ(Status(), callee.kind == fakes::Destination::Kind::kBusy ? "busy" : "failed");
    EXPECT_THAT(Dialled(), IsEmpty());
  }
}

TEST_F(DialOutTest, WhatCannotBeIsSaidAndNobodyIsDialled) {
  StasisApp::Options options;
  options.max_calls = 1;
  Begin(fakes::Destination::Answers(seconds(3)), options);
  for (const char* to : {"PJSIP/x", "eve", "sip:joe@evil.com", "sip:joe@pbx.example&Local/900"})
    EXPECT_EQ(DialOut(Document(""), to).status().code(), absl::StatusCode::kInvalidArgument) << to;
  ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
  const auto full = DialOut(Document(StreamTo(kUrl)));
  EXPECT_EQ(full.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.status().message()), HasSubstr("full"));
  EXPECT_EQ(world_->control->Metric("benari_control_calls_refused_total", "full"), 1);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(world_->control->app().HangUp(caller_));
  ExpectClean();
  world_->control->Disconnect();
  EXPECT_EQ(DialOut(Document("")).status().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(world_->control->Connect());
  world_->RunFor(seconds(1));
  world_->control->app().Drain([] {});
  EXPECT_EQ(DialOut(Document("")).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(world_->asterisk.dialled().size(), 1U);
  const CallConfig nowhere;
  world_ = std::make_unique<ControlWorld>(nowhere);
  world_->Start();
  EXPECT_EQ(DialOut(Document("")).status().code(), absl::StatusCode::kFailedPrecondition);
}

// What the next process makes of a call, by where its document was.
TEST_F(DialOutTest, TheNextInstanceKnowsTheCallInEveryPhase) {
  replies_[kNext] = {{StreamTo(kUrl)}};
  replies_["http://bots/next?a=1%2C2"] = {{StreamTo(kUrl)}};
  for (const bool url : {true, false}) {
    for (int ms = 0; ms < 8000; ms = ms < 60 ? ms + 3 : ms + 397) {
      SCOPED_TRACE(testing::Message() << url << " after " << ms);
      Begin(fakes::Destination::Answers(seconds(3)));
      const std::string text = url ? "" : "<Response>" + StreamTo(kUrl) + "</Response>";
      ASSERT_TRUE(DialOut(url ? At(kNext) : Document(StreamTo(kUrl)), "49301", text).ok());
      world_->RunFor(milliseconds(ms));
      const bool dialled = world_->asterisk.channels().contains(caller_);
      const std::string before = Status();
      TakeOver();
      const auto record = world_->control->history().Find(caller_);
      if (dialled) {
        ASSERT_NE(record, nullptr);
        EXPECT_EQ(record->identity.call_sid, CallSid("benari", caller_));
        EXPECT_EQ(record->identity.caller, "49302");
        EXPECT_EQ(record->identity.called, "49301");
        EXPECT_EQ(record->identity.direction, CallDirection::kOutbound);
        if (before == "ringing" && ms < 2500) {
          EXPECT_TRUE(UntilStatus("ringing"));
        }
        ASSERT_TRUE(world_->Until([&] { return record->answered.has_value() || record->end.has_value(); }));
      }
      world_->RunFor(seconds(10));
      if (dialled) {
        EXPECT_EQ(Status(), "in-progress") << "it talks to the bot";
        EXPECT_THAT(Dialled(), testing::Not(IsEmpty()));
        world_->control->app().HangUp(caller_);
      }
      if (world_->control->app().table().size() > 0) world_->control->app().HangUp(caller_);
      EXPECT_TRUE(world_->UntilNoCalls());
      world_->RunFor(seconds(45));
      EXPECT_EQ(world_->Leftovers(), "");
      ASSERT_FALSE(HasFailure());
    }
  }
}

// The id of the call tells to whom it is made.
TEST_F(DialOutTest, IsAdoptedBeforeACallerForWhomThereIsNoRoom) {
  StasisApp::Options options;
  options.max_calls = 1;
  Begin(fakes::Destination::Rings(), options);
  ASSERT_TRUE(DialOut(At(kNext)).ok());
  world_->RunFor(seconds(1));
  const std::string newcomer = world_->Caller();
  TakeOver();
  world_->RunFor(seconds(2));
  ASSERT_TRUE(world_->asterisk.EndOf(newcomer).has_value());
  EXPECT_EQ(world_->asterisk.EndOf(newcomer)->cause, 42);
  EXPECT_EQ(Status(), "ringing");
}

TEST_F(DialOutTest, TheNextInstanceKnowsANameAndASipUri) {
  replies_[kWebhook] = {{StreamTo(kUrl)}};
  const std::pair<const char*, const char*> kTable[] = {{"joe", "Local/joe@default"},
                                                        {"sip:joe@pbx.example", "PJSIP/trunk"},
                                                        {"sip:joe@pbx.example;transport=tcp", "PJSIP/trunk"}};
  for (const auto& [to, channel] : kTable) {
    SCOPED_TRACE(to);
    Begin(fakes::Destination::Answers());
    world_->asterisk.SetDestination("trunk", fakes::Destination::Answers(seconds(3)));
    world_->asterisk.SetDestination("joe", fakes::Destination::Answers(seconds(3)));
    ASSERT_TRUE(DialOut(At(kWebhook), to).ok());
    ASSERT_TRUE(UntilStatus("ringing"));
    EXPECT_THAT(world_->asterisk.channels().at(caller_).ari.name, testing::StartsWith(channel));
    TakeOver();
    const auto record = world_->control->history().Find(caller_);
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->identity.called, to);
    EXPECT_EQ(record->identity.direction, CallDirection::kOutbound);
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    EXPECT_EQ(Dialled().at(0).parameters.at("to_number"), to);
    EXPECT_TRUE(world_->control->app().HangUp(caller_));
    ExpectClean();
  }
}

TEST_F(DialOutTest, WhatIsTooLongForTheIdsOfItsCallIsSaid) {
  Begin(fakes::Destination::Answers());
  const std::string longest = absl::StrCat("sip:", std::string(64, 'a'), "@pbx.example");
  ASSERT_TRUE(DialOut(Document("<Hangup/>"), longest).ok());
  ASSERT_TRUE(world_->UntilNoCalls());
  const auto refused = DialOut(Document("<Hangup/>"), absl::StrCat(longest, ";transport=tcp"));
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("bytes too long"));
}

// Asterisk reads 4096 bytes of a request's first line.
TEST_F(DialOutTest, UrlsThatTheRequestHasNoRoomForAreSaid) {
  Begin(fakes::Destination::Answers());
  const std::string url = "http://bots/?" + std::string(2800, 'a');
  ASSERT_TRUE(DialOut(At(url)).ok());
  for (const std::string& longer : {url + std::string(60, '/'), url + std::string(40, ',')}) {
    const auto refused = DialOut(At(longer));
    EXPECT_TRUE(absl::IsOutOfRange(refused.status())) << refused.status();
    EXPECT_THAT(std::string(refused.status().message()),
                testing::MatchesRegex("Url and FallbackUrl take 30.. bytes .* at most 3000"));
  }
  twiml::RemoteDocument both;
  both.url = url;
  both.fallback_url = "http://bots/?" + std::string(180, 'a');
  EXPECT_TRUE(absl::IsOutOfRange(DialOut(both).status()));
}

TEST_F(DialOutTest, NothingInAUrlIsSyntaxToAsterisk) {
  Begin(fakes::Destination::Answers(seconds(3)));
  ASSERT_TRUE(DialOut(At("http://[::1]:8080/a?b=\"c\\,(d)[e")).ok());
  ASSERT_TRUE(UntilStatus("ringing"));
  EXPECT_EQ(world_->asterisk.channels().at(caller_).app_args,
            "outbound,webhook_url=http://[::1]:8080/a?b=%22c%5C%2C%28d%29%5Be");
}

// The request was given up, and has had its effect all the same.
TEST_F(DialOutTest, WhoIsDialledTooLateIsHungUpOn) {
  for (const auto kind : fakes::AllFaultKinds()) {
    SCOPED_TRACE(fakes::ToString(kind));
    Begin(fakes::Destination::Answers(seconds(30)));
    fakes::Fault fault;
    fault.kind = kind;
    fault.delay = seconds(2);
    world_->control->faults().Add("ari.Originate", 1, fault);
    ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
    EXPECT_TRUE(world_->UntilNoCalls());
    world_->RunFor(seconds(45));
    EXPECT_EQ(world_->Leftovers(), "");
    EXPECT_THAT(Dialled(), IsEmpty());
  }
}

TEST_F(DialOutTest, AHundredAtTenASecondLeaveNothing) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(2));
  Begin(fakes::Destination::Answers(seconds(1)));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(DialOut(Document(StreamTo(kUrl))).ok());
    world_->RunFor(milliseconds(100));
  }
  ExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 100);
}

}  // namespace
}  // namespace benari::control
