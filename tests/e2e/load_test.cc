// Two hundred callers at twenty a second who hang up when they like, in every phase.
#include <gmock/gmock.h>

#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::seconds;

class LoadTest : public CallTest {};

TEST_F(LoadTest, TwoHundredCallsEndWell) {
  StartServices({"--echo_seconds=3", "--max_calls=250"});
  const auto trunk = Trunk("trunk_answers");
  SippOptions options;
  options.scenario = "phone_random";
  options.remote = asterisk().sip();
  options.calls = 200;
  options.calls_per_s = 20;
  const auto phones = StartSipp(options);
  const auto result = phones->WaitForEnd(seconds(120));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->successful, 200) << result->errors;
  EXPECT_EQ(result->failed, 0) << result->errors;
}

}  // namespace
}  // namespace benari::e2e
