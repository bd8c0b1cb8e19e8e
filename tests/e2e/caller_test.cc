// What a caller's phone and dial plan may do: not answered, on hold, silent for a while.
#include <gmock/gmock.h>

#include <thread>

#include "tests/e2e/call_test.h"
#include "tests/harness/soft_phone.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{30};
constexpr double kTone = 450;

class CallerTest : public CallTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.extensions = "\n[default](+)\nexten => quiet,1,Stasis(voicebot1,inbound)\n same => n,Hangup()\n";
    return options;
  }
  void Call(const std::string& number) {
    WaitForLog("connected to Asterisk");
    phone_.Call(asterisk().sip(), number);
    ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
  }
  void ExpectHearsItself() {
    phone_.ForgetHeard();
    const auto deadline = steady_clock::now() + kPatience;
    while (phone_.Heard(kTone) < milliseconds(300) && steady_clock::now() < deadline)
      std::this_thread::sleep_for(milliseconds(20));
    EXPECT_GE(phone_.Heard(kTone), milliseconds(300));
  }

  SoftPhone phone_{{"alaw", kTone, 0}};
};

TEST_F(CallerTest, WithoutAnswerInTheDialPlanControlAnswers) {
  StartServices({"--echo_seconds=inf"});
  Call("quiet");
  phone_.Speak(100);
  WaitForLog("caller answered");
  ExpectHearsItself();
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

class HoldTest : public CallerTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(HoldTest, IsNoMissingMedia) {
  StartServices({"--echo_seconds=inf", "--on_no_media=hangup", "--no_media_seconds=1"});
  Call("3308487");
  phone_.Speak(100);
  ExpectHearsItself();
  phone_.BeSilent();
  phone_.Renegotiate(GetParam());
  WaitForLog("no media while the caller holds the call");
  phone_.Renegotiate("sendrecv");
  phone_.Speak(1000);
  ExpectHearsItself();
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

INSTANTIATE_TEST_SUITE_P(Directions, HoldTest, ::testing::Values("sendonly", "inactive"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(CallerTest, WhoWasHeardIsNotHungUpOnForSilence) {
  StartServices({"--echo_seconds=inf", "--on_no_media=hangup", "--no_media_seconds=1"});
  Call("3308487");
  phone_.Speak(100);
  ExpectHearsItself();
  phone_.BeSilent();
  EXPECT_EQ(WaitForLog("no media").Field("diagnosis"), "stopped_arriving");
  phone_.Speak(1000);
  ExpectHearsItself();
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

TEST_F(CallerTest, WhoWasNeverHeardIsHungUpOn) {
  StartServices({"--echo_seconds=inf", "--on_no_media=hangup", "--no_media_seconds=1"});
  Call("3308487");
  EXPECT_TRUE(phone_.WaitUntilOver(kPatience));
  EXPECT_EQ(Outcome(), "no_media");
}

}  // namespace
}  // namespace benari::e2e
