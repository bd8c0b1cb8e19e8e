#include "tests/loopback/loopback_world.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace benari::loopback {

using std::chrono::seconds;

namespace {
constexpr seconds kPatience{60};
constexpr std::chrono::milliseconds kPoll{10};
}  // namespace

LoopbackTest::~LoopbackTest() {
  if (!password_file_.empty()) std::remove(password_file_.c_str());
}

void LoopbackTest::TearDown() {
  if (asterisk_ != nullptr) {
    asterisk_->WaitUntil([this](const fakes::AsteriskModel& model) { return model.Leftovers().empty(); });
    EXPECT_EQ(asterisk_->Leftovers(), "");
    EXPECT_TRUE(Eventually([this] { return asterisk_->open_rtp_sockets() == 0; }));
  }
  for (size_t node = 0; node < media_.size(); ++node) {
    if (!media_[node]->process().Running()) continue;
    EXPECT_TRUE(Eventually([&] { return Sessions(node).sessions_size() == 0; }))
        << e2e::AsJson(Sessions(node));
  }
  if (!HasFailure()) return;
  if (control_ != nullptr) std::cerr << control_->process().LastLines(60);
  for (const auto& node : media_) std::cerr << node->process().LastLines(40);
}

void LoopbackTest::StartAsterisk(fakes::FakeAsteriskOptions options) {
  options.password = "loopback";
  asterisk_ = std::make_unique<fakes::FakeAsterisk>(std::move(options));
  asterisk_->SetDestination("", fakes::Destination::Answers());
  char name[] = "/tmp/benari-password-XXXXXX";
  const int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  close(fd);
  password_file_ = name;
  std::ofstream(password_file_) << "loopback\n";
}

void LoopbackTest::StartServices(std::vector<std::string> control_flags, int nodes) {
  if (asterisk_ == nullptr) StartAsterisk();
  for (int i = 0; i < nodes; ++i) StartMedia();
  StartControl(std::move(control_flags));
  ASSERT_TRUE(Eventually([this] { return asterisk_->Serves("voicebot1"); }));
}

void LoopbackTest::StartMedia(std::vector<std::string> flags) {
  e2e::ServiceOptions options;
  options.extra_flags = std::move(flags);
  auto media = e2e::MediaProcess::Start(options);
  ASSERT_TRUE(media.ok()) << media.status();
  media_.push_back(std::move(*media));
}

void LoopbackTest::StartControl(std::vector<std::string> flags) {
  std::vector<std::string> nodes;
  for (const auto& node : media_) nodes.push_back(node->grpc().ToString());
  flags.insert(flags.begin(), "--media=" + absl::StrJoin(nodes, ","));
#ifdef __SANITIZE_THREAD__  // everything takes some ten times as long, and a busy node is not a lost one
  flags.insert(flags.begin(), {"--media_timeout_ms=5000", "--renew_interval_ms=1500"});
#endif
  e2e::ServiceOptions options;
  options.extra_flags = std::move(flags);
  const e2e::AriAccess ari{asterisk_->url(), "benari", password_file_};
  auto control = e2e::ControlProcess::Start(ari, media_.front()->grpc(), options);
  ASSERT_TRUE(control.ok()) << control.status();
  control_ = std::move(*control);
}

media::v1::ListSessionsResponse LoopbackTest::Sessions(size_t node) {
  const auto listed = e2e::MediaView(media_[node]->grpc(), media_tls_).ListSessions();
  EXPECT_TRUE(listed.ok()) << listed.status();
  return listed.ok() ? *listed : media::v1::ListSessionsResponse();
}

e2e::LogLine LoopbackTest::Logged(const std::string& message) { return LoggedField("message", message); }

e2e::LogLine LoopbackTest::LoggedField(const std::string& key, const std::string& value) {
  const auto fits = [&](const std::string& line) { return e2e::LogLine{line}.Field(key) == value; };
  const auto line = control_->process().WaitForLine(fits, kPatience);
  EXPECT_TRUE(line.has_value()) << "control logged no " << key << " " << value;
  return e2e::LogLine{line.value_or("{}")};
}

std::string LoopbackTest::Outcome(const std::string& call_id) {
  const auto fits = [&](const std::string& line) {
    const e2e::LogLine log{line};
    return log.message() == "call ended" && log.Field("call") == call_id;
  };
  const auto line = control_->process().WaitForLine(fits, kPatience);
  EXPECT_TRUE(line.has_value()) << "call " << call_id << " did not end";
  return e2e::LogLine{line.value_or("{}")}.Field("outcome");
}

bool LoopbackTest::Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace benari::loopback
