// What surrounds a process: whoever reads its log.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "absl/strings/match.h"
#include "tests/e2e/harness/http.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience{30};

class SurroundingsTest : public LoopbackTest {
 protected:
  // One call from its beginning to its end, without a look at any log.
  void CompleteACall() {
    const std::string caller = asterisk().PlaceCall();
    const auto dialled = [](const fakes::AsteriskModel& model) {
      return std::any_of(model.channels().begin(), model.channels().end(),
                         [](const auto& each) { return absl::StrContains(each.first, ".destination"); });
    };
    ASSERT_TRUE(asterisk().WaitUntil(dialled, kPatience));
    asterisk().HangUpCaller(caller);
    const auto over = [](const fakes::AsteriskModel& model) { return model.Leftovers().empty(); };
    ASSERT_TRUE(asterisk().WaitUntil(over, kPatience));
  }

  static std::string Metrics(const Endpoint& served) {
    const auto answer = e2e::Http({.server = served, .path = "/metrics"});
    return answer.ok() ? answer->body : "";
  }
};

TEST_F(SurroundingsTest, ALogThatNobodyReadsHoldsUpNeitherCallsNorMetrics) {
  StartServices({"--echo_seconds=0.1"});
  control().process().LeaveOutputUnread();
  media().process().LeaveOutputUnread();
  constexpr int kCalls = 15;  // more lines than a page and what was read last
  for (int i = 0; i < kCalls; ++i) ASSERT_NO_FATAL_FAILURE(CompleteACall());
  EXPECT_THAT(Metrics(control().metrics()), HasSubstr("\nbenari_control_log_lines_dropped_total 0\n"));
  EXPECT_THAT(Metrics(media().metrics()), HasSubstr("\nbenari_media_log_lines_dropped_total 0\n"));
  const size_t read_meanwhile = control().process().Lines().size();
  control().process().ReadOutputAgain();
  media().process().ReadOutputAgain();
  const auto ended = [this] {
    const std::vector<std::string> lines = control().process().Lines();
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return e2e::LogLine{line}.message() == "call ended";
    });
  };
  EXPECT_TRUE(Eventually([&] { return ended() == kCalls; })) << ended();
  EXPECT_GT(control().process().Lines().size(), read_meanwhile) << "the pipe was never full";
}

}  // namespace
}  // namespace benari::loopback
