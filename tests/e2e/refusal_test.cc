// What a phone sees when there is no room for its call.
#include <gmock/gmock.h>

#include "tests/e2e/call_test.h"
#include "tests/harness/process_view.h"

namespace benari::e2e {
namespace {

using std::chrono::seconds;

constexpr int kSwitchCongestion = 42;  // Q.850

class RefusalTest : public CallTest {
 protected:
  // The phone is hung up on, and control counted why.
  void ExpectRefused(Sipp& phone, const std::string& reason) {
    ASSERT_TRUE(phone.WaitForMessage("BYE ", seconds(30)));
    EXPECT_EQ(phone.HangupCause(), kSwitchCongestion);
    EXPECT_EQ(Outcome(), "refused");
    const auto counted =
        ReadMetric(control().metrics(), "benari_control_calls_refused_total{reason=\"" + reason + "\"}");
    ASSERT_TRUE(counted.ok()) << counted.status();
    EXPECT_EQ(*counted, 1);
  }
  // Control hangs up on everybody and ends.
  void EndCalls(Sipp& phone) {
    EXPECT_EQ(control().process().Stop(), 0);
    ExpectAllWell(phone);
  }
};

TEST_F(RefusalTest, BeyondTheLimitOfCalls) {
  StartServices({"--drain_seconds=0", "--echo_seconds=inf", "--max_calls=1"});
  const auto first = Phone("phone_waits");
  WaitForLog("echo heard");
  const auto second = Phone("phone_waits");
  ExpectRefused(*second, "full");
  EndCalls(*first);
}

TEST_F(RefusalTest, WithNoFreePort) {
  StartServices({"--drain_seconds=0", "--echo_seconds=inf"},
                {"--rtp_port_min=29998", "--rtp_port_max=29998"});
  const auto first = Phone("phone_waits");
  WaitForLog("echo heard");
  const auto second = Phone("phone_waits");
  ExpectRefused(*second, "no_port");
  EndCalls(*first);
}

TEST_F(RefusalTest, GoesOnInTheDialPlanIfSoConfigured) {
  StartServices({"--drain_seconds=0", "--echo_seconds=inf", "--max_calls=1", "--when_full=continue"});
  const auto first = Phone("phone_waits");
  WaitForLog("echo heard");
  const auto second = Phone("phone_waits");
  ASSERT_TRUE(second->WaitForMessage("BYE ", seconds(30)));
  EXPECT_EQ(second->HangupCause(), 16) << "of the Hangup() that follows Stasis() in the dial plan";
  EXPECT_EQ(Outcome(), "refused");
  EndCalls(*first);
}

}  // namespace
}  // namespace benari::e2e
