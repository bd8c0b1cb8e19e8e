// The caller hangs up in each phase; CallTest checks that nothing is left.
#include <gmock/gmock.h>

#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HangUpTest : public CallTest {};

// The set-up takes some ten milliseconds: these moments fall before, into and after each of its steps.
TEST_F(HangUpTest, DuringTheSetUp) {
  StartServices({"--echo_seconds=inf"});
  for (int ms = 0; ms <= 30; ms += 2) {
    const auto phone = Phone("phone_hangs_up", milliseconds(ms));
    ExpectAllWell(*phone);
    if (HasFailure()) FAIL() << "hanging up after " << ms << " ms";
  }
}

TEST_F(HangUpTest, DuringTheEcho) {
  StartServices({"--echo_seconds=inf"});
  const auto phone = Phone("phone_hangs_up", milliseconds(1000));
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

// Around the end of the echo: the media is dropped, the destination dialed and bridged.
TEST_F(HangUpTest, DuringTheChangeover) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_answers");
  for (int ms = 490; ms <= 590; ms += 5) {
    const auto phone = Phone("phone_hangs_up", milliseconds(ms));
    ExpectAllWell(*phone);
    if (HasFailure()) FAIL() << "hanging up after " << ms << " ms";
  }
}

TEST_F(HangUpTest, WhileTheDestinationRings) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_rings");
  const auto phone = Phone("phone_hangs_up", milliseconds(2000));
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "caller_hung_up");
  EXPECT_TRUE(trunk->WaitForMessage("CANCEL ", seconds(10)));
}

TEST_F(HangUpTest, WhileConnected) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(2000));
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
  EXPECT_TRUE(trunk->WaitForMessage("BYE ", seconds(10)));
}

// Killed, or cut off: no BYE is ever sent.
class VanishTest : public CallTest {
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.rtp_timeout = seconds(3);
    return options;
  }
};

TEST_F(VanishTest, ThePhoneDuringTheEcho) {
  StartServices({"--echo_seconds=inf"});
  const auto phone = Phone("phone_waits");
  WaitForLog("echo heard");
  phone->Stop();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

TEST_F(VanishTest, TheTrunkWhileConnected) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_waits");
  WaitForLog("destination answered");
  trunk->Stop();
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
}

class LongestCallTest : public CallTest {
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.max_call = seconds(3);
    return options;
  }
};

TEST_F(LongestCallTest, EndsWhileConnected) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_waits");
  WaitForLog("destination answered");
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
