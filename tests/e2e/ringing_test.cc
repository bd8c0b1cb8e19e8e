// What a caller hears between its bot and its destination.
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
constexpr double kSpoken = 800;

class RingingTest : public CallTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.extensions =
        "\n[default](+)\n"
        "exten => bot,1,Answer()\n same => n,Stasis(voicebot1,inbound,flow=bot)\n same => n,Hangup()\n"
        "exten => afterecho,1,Answer()\n same => n,Stasis(voicebot1,inbound,flow=echo,echo_seconds=1)\n"
        " same => n,Hangup()\n"
        "exten => music,1,Answer()\n same => n,Set(CHANNEL(musicclass)=noise)\n"
        " same => n,Stasis(voicebot1,inbound,flow=bot,ringback=music)\n same => n,Hangup()\n"
        "exten => silence,1,Answer()\n same => n,Stasis(voicebot1,inbound,flow=bot,ringback=none)\n"
        " same => n,Hangup()\n"
        "exten => early,1,Stasis(voicebot1,inbound,flow=bot)\n same => n,Hangup()\n"
        "exten => slow,1,Ringing()\n same => n,Wait(4)\n same => n,Answer()\n same => n,Echo()\n";
    options.music = "[noise]\nmode=custom\napplication=/bin/cat /dev/urandom\nformat=slin\n";
    return options;
  }
  // At least so long of any sound.
  bool HearsSomething() {
    const auto deadline = steady_clock::now() + kPatience;
    while (!phone_.last_loud().has_value() && steady_clock::now() < deadline)
      std::this_thread::sleep_for(milliseconds(20));
    return phone_.last_loud().has_value();
  }
  // Its own voice comes back from the destination, and nothing over it.
  void ExpectHearsTheDestination() {
    phone_.ForgetHeard();
    phone_.Speak(100);
    const auto deadline = steady_clock::now() + kPatience;
    while (phone_.Heard(kSpoken) < milliseconds(500) && steady_clock::now() < deadline)
      std::this_thread::sleep_for(milliseconds(20));
    EXPECT_GE(phone_.Heard(kSpoken), milliseconds(500));
  }

  SoftPhone phone_{{"alaw", kSpoken, 0}};
};

// By the extension that is called. Without a bot_url the bot has failed at once, and the destination is next.
class RingbackTest : public RingingTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(RingbackTest, IsHeardUntilTheDestinationAnswersAndNotAfterwards) {
  StartServices({"--destination=Local/slow@default/n"});
  WaitForLog("connected to Asterisk");
  phone_.Call(asterisk().sip(), GetParam());
  ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
  WaitForPhase("dialing");
  phone_.ForgetHeard();
  EXPECT_TRUE(HearsSomething()) << "the caller waits in silence";
  WaitForPhase("connected");
  ExpectHearsTheDestination();
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

INSTANTIATE_TEST_SUITE_P(Of, RingbackTest, ::testing::Values("bot", "afterecho", "music"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(RingingTest, ASilentRingbackIsNeitherHeardNorInTheWay) {
  StartServices({"--destination=Local/slow@default/n"});
  WaitForLog("connected to Asterisk");
  phone_.Call(asterisk().sip(), "silence");
  ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
  WaitForPhase("dialing");
  phone_.ForgetHeard();
  WaitForPhase("connected");
  EXPECT_FALSE(phone_.last_loud().has_value());
  ExpectHearsTheDestination();
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

TEST_F(RingingTest, ACallerWhomNobodyHasAnsweredRingsUntilTheDestinationAnswers) {
  StartServices({"--destination=Local/slow@default/n"});
  WaitForLog("connected to Asterisk");
  phone_.Call(asterisk().sip(), "early");
  WaitForPhase("dialing");
  EXPECT_FALSE(phone_.up());
  ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
  WaitForPhase("connected");
  ExpectHearsTheDestination();
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
