// Arguments of the dial plan's Stasis() choose what this caller is put through.
#include <gmock/gmock.h>

#include <thread>

#include "tests/e2e/call_test.h"
#include "tests/harness/soft_phone.h"

namespace benari::e2e {
namespace {

using std::chrono::seconds;

constexpr seconds kPatience{30};

class DialPlanTest : public CallTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.extensions =
        "\n[default](+)\n"
        "exten => short,1,Answer()\n"
        " same => n,Stasis(voicebot1,inbound,echo_seconds=0.5,destination=Local/answers@default/n,loud=yes)\n"
        " same => n,Hangup()\n"
        "exten => answers,1,Answer()\n same => n,Echo()\n";
    return options;
  }

  SoftPhone phone_{{"alaw", 450, 0}};
};

TEST_F(DialPlanTest, WinsOverTheFlags) {
  StartServices({"--echo_seconds=inf", "--destination=Local/nobody@default/n"});
  WaitForLog("connected to Asterisk");
  phone_.Call(asterisk().sip(), "short");
  ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
  phone_.Speak(100);
  const LogLine refused = WaitForLog("argument of the dial plan refused, the flag's value is used");
  EXPECT_EQ(refused.Field("argument"), "loud=yes");
  EXPECT_THAT(refused.Field("why"), ::testing::HasSubstr("echo_seconds"));
  EXPECT_EQ(WaitForLog("dialing").Field("endpoint"), "Local/answers@default/n");
  WaitForPhase("connected");
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
