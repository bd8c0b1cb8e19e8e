// What an Asterisk may have that others have not: a name of any kind, channels that ARI cannot list.
#include <gmock/gmock.h>

#include <thread>

#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class StrangeNameTest : public CallTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options;
    options.system_name = "a b,c(d/?#%\xC3\xBC[\\";
    return options;
  }
};

TEST_F(StrangeNameTest, IsPartOfEveryChannelId) {
  StartServices({"--echo_seconds=1"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(3000));
  ExpectAllWell(*phone);
  const LogLine end = WaitForLog("call ended");
  EXPECT_EQ(end.Field("outcome"), "completed");
  EXPECT_THAT(end.Field("call"), ::testing::StartsWith("a b,c(d/?#%\xC3\xBC[\\-"));
}

class UnlistedTest : public CallTest {};

TEST_F(UnlistedTest, AChannelOfSomebodyElseKeepsNobodyWaiting) {
  const auto odd = Phone("phone_hangs_up", milliseconds(20'000), "unlisted");
  const auto deadline = steady_clock::now() + seconds(10);
  while (asterisk().ari().Channels().ok() && steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(50));
  ASSERT_FALSE(asterisk().ari().Channels().ok()) << "Asterisk lists all of its channels";
  StartServices({"--echo_seconds=1"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(3000));
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
  EXPECT_FALSE(asterisk().ari().Channels().ok()) << "it went before the call was over";
  ExpectAllWell(*odd);
}

}  // namespace
}  // namespace benari::e2e
