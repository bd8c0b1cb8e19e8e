#include "control/api/status_callbacks.h"

#include <gmock/gmock.h>
#include <prometheus/registry.h>

#include "control/record/call_journal.h"
#include "tests/fakes/fake_webhooks.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control::api {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What is sent, and nothing else.
class Recorder : public Webhooks {
 public:
  void Fetch(WebhookRequest, std::string, OnAnswer) override {}
  void Notify(WebhookRequest request) override { sent.push_back(std::move(request)); }

  std::vector<WebhookRequest> sent;
};

class StatusCallbacksTest : public ::testing::Test {
 protected:
  StatusCallbacksTest() {
    history_.set_on_change([this](const CallRecord& record) { callbacks_.OnChange(record); });
  }
  void Begin(std::set<std::string> events) {
    journal_ = std::make_unique<CallJournal>(
        history_, metrics_, timers_,
        CallIdentity{"out", "CAout", "2", "1", {}, CallDirection::kOutbound});
    callbacks_.Add(*history_.Find("out"), {"http://bot/status", twiml::Method::kPost, std::move(events)});
  }
  std::vector<std::string> Sent(const std::string& field) const {
    std::vector<std::string> values;
    for (const WebhookRequest& each : webhooks_.sent)
      values.push_back(fakes::FakeWebhookServer::FieldOf(each, field));
    return values;
  }

  fakes::VirtualTimers timers_;
  prometheus::Registry registry_;
  Metrics metrics_{registry_};
  CallHistory history_;
  Recorder webhooks_;
  StatusCallbacks callbacks_{webhooks_};
  std::unique_ptr<CallJournal> journal_;
};

TEST_F(StatusCallbacksTest, ReportEachStatusOnce) {
  Begin({"initiated", "ringing", "answered", "completed"});
  journal_->EnterPhase(CallPhase::kDialing);
  journal_->CallerAnswered();
  journal_->EnterPhase(CallPhase::kBot);
  journal_->EnterPhase(CallPhase::kReleasing);
  timers_.AdvanceTo(timers_.Now() + seconds(9));
  journal_->End(CallOutcome::kCompleted, "");
  EXPECT_THAT(Sent("CallStatus"), ElementsAre("initiated", "ringing", "in-progress", "completed"));
  EXPECT_THAT(Sent("SequenceNumber"), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(Sent("CallDuration"), ElementsAre("", "", "", "9"));
  EXPECT_THAT(Sent("Direction"), ElementsAre("outbound-api", "outbound-api", "outbound-api", "outbound-api"));
  EXPECT_EQ(webhooks_.sent[0].url, "http://bot/status");
  EXPECT_EQ(fakes::FakeWebhookServer::FieldOf(webhooks_.sent[0], "CallSid"), "CAout");
  EXPECT_EQ(fakes::FakeWebhookServer::FieldOf(webhooks_.sent[0], "To"), "1");
}

TEST_F(StatusCallbacksTest, ReportWhatWasAskedFor) {
  Begin({"completed"});
  journal_->EnterPhase(CallPhase::kDialing);
  journal_->EnterPhase(CallPhase::kReleasing);
  EXPECT_THAT(webhooks_.sent, IsEmpty());
  journal_->End(CallOutcome::kDestinationBusy, "");
  EXPECT_THAT(Sent("CallStatus"), ElementsAre("busy"));
  EXPECT_THAT(Sent("CallDuration"), ElementsAre("0"));
}

TEST_F(StatusCallbacksTest, ACallThatNeverRangIsNotSaidToRing) {
  Begin({"initiated", "ringing", "answered", "completed"});
  journal_->EnterPhase(CallPhase::kReleasing);
  journal_->End(CallOutcome::kDestinationUnknown, "");
  EXPECT_THAT(Sent("CallStatus"), ElementsAre("initiated", "failed"));
}

TEST_F(StatusCallbacksTest, SayNothingOfOtherCalls) {
  const CallJournal other(history_, metrics_, timers_, CallIdentity{"1", "CA1", "2", "1"});
  Begin({"ringing"});
  CallJournal another(history_, metrics_, timers_, CallIdentity{"2", "CA2", "2", "1"});
  another.EnterPhase(CallPhase::kDialing);
  EXPECT_THAT(webhooks_.sent, IsEmpty());
}

}  // namespace
}  // namespace benari::control::api
