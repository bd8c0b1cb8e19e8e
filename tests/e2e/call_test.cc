#include "tests/e2e/call_test.h"

#include <stdexcept>
#include <thread>

#include "tests/harness/network.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{30};
constexpr seconds kLongestCall{150};
constexpr milliseconds kPollInterval{20};
constexpr size_t kLinesOnFailure = 100;

// Before the first fixture: phones that are members of one have sockets and threads as soon as they exist.
class OwnHost : public ::testing::Environment {
 public:
  void SetUp() override {
    if (AsteriskServer::Available().ok()) EnterNewHost();
  }
};
[[maybe_unused]] const auto* const own_host = ::testing::AddGlobalTestEnvironment(new OwnHost);

}  // namespace

std::unique_ptr<AsteriskServer> CallTest::asterisk_;

void CallTest::SetUp() {
  if (asterisk_ != nullptr) return;
  auto started = AsteriskServer::Start(asterisk_options());
  ASSERT_TRUE(started.ok()) << started.status().message();
  asterisk_ = std::move(*started);
}

void CallTest::TearDown() {
  if (asterisk_ == nullptr) return;
  const absl::Status empty = asterisk_->ari().WaitUntilEmpty(seconds(10));
  EXPECT_TRUE(empty.ok()) << empty.message();
  if (media_ != nullptr) ExpectNoLeases();
  if (!HasFailure()) return;
  std::cerr << asterisk_->LastLines(kLinesOnFailure);
  if (control_ != nullptr) std::cerr << control_->process().LastLines(kLinesOnFailure);
  if (media_ != nullptr) std::cerr << media_->process().LastLines(kLinesOnFailure);
}

void CallTest::ExpectNoLeases() {
  const auto deadline = steady_clock::now() + seconds(10);
  auto listed = media_view_->ListSessions();
  while (listed.ok() && listed->sessions_size() > 0 && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPollInterval);
    listed = media_view_->ListSessions();
  }
  ASSERT_TRUE(listed.ok()) << listed.status().message();
  EXPECT_EQ(listed->sessions_size(), 0) << "leases left: " << AsJson(*listed);
}

void CallTest::StartServices(std::vector<std::string> control_flags, std::vector<std::string> media_flags) {
  ServiceOptions media_options;
  media_options.extra_flags = std::move(media_flags);
  auto media = MediaProcess::Start(media_options);
  if (!media.ok()) throw std::runtime_error(std::string(media.status().message()));
  media_ = std::move(*media);
  media_view_ = std::make_unique<MediaView>(media_->grpc());
  ServiceOptions options;
  options.extra_flags = std::move(control_flags);
  auto control = ControlProcess::Start(asterisk_->ari_access(), media_->grpc(), options);
  if (!control.ok()) throw std::runtime_error(std::string(control.status().message()));
  control_ = std::move(*control);
}

std::unique_ptr<Sipp> CallTest::StartSipp(SippOptions options) {
  auto sipp = Sipp::Start(options);
  EXPECT_TRUE(sipp.ok()) << sipp.status().message();
  return sipp.ok() ? std::move(*sipp) : nullptr;
}

std::unique_ptr<Sipp> CallTest::Trunk(const std::string& scenario, milliseconds pause) {
  SippOptions options;
  options.scenario = scenario;
  options.local = asterisk_->trunk();
  options.calls = 0;
  options.pause = pause;
  options.echo_rtp = true;
  auto trunk = StartSipp(options);
  if (trunk == nullptr) return nullptr;
  const absl::Status listening = trunk->WaitUntilListening(kPatience);
  EXPECT_TRUE(listening.ok()) << listening.message();
  return trunk;
}

std::unique_ptr<Sipp> CallTest::Phone(const std::string& scenario, milliseconds pause,
                                      const std::string& number) {
  SippOptions options;
  options.scenario = scenario;
  options.remote = asterisk_->sip();
  options.number = number;
  options.pause = pause;
  return StartSipp(options);
}

LogLine CallTest::WaitForLog(const std::string& message) {
  const auto is_it = [&message](const std::string& line) { return LogLine{line}.message() == message; };
  const auto line = control_->process().WaitForLine(is_it, kPatience);
  EXPECT_TRUE(line) << "control did not log \"" << message << "\"";
  return LogLine{line.value_or("{}")};
}

LogLine CallTest::WaitForPhase(const std::string& phase) {
  const auto is_it = [&phase](const std::string& line) { return LogLine{line}.Field("phase") == phase; };
  const auto line = control_->process().WaitForLine(is_it, kPatience);
  EXPECT_TRUE(line) << "no phase " << phase;
  return LogLine{line.value_or("{}")};
}

void CallTest::ExpectAllWell(Sipp& sipp, int calls) {
  const auto result = sipp.WaitForEnd(kLongestCall);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->successful, calls) << result->errors;
  EXPECT_EQ(result->failed, 0) << result->errors;
  EXPECT_EQ(result->exit_code, 0) << result->errors;
}

}  // namespace benari::e2e
