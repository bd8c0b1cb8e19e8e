#include "tests/e2e/chaos_test.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{40};
constexpr milliseconds kPollInterval{20};
constexpr size_t kLinesOnFailure = 3000;

bool Eventually(const std::function<bool()>& holds, seconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (!holds()) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

// What `now` has beyond `before`, as text.
std::string Beyond(const std::string& who, const Held& now, const Held& before) {
  std::string text;
  const auto add = [&](const std::string& what, int more) {
    if (more > 0) absl::StrAppend(&text, who, " has ", more, " ", what, " more than before the calls; ");
  };
  const Held excess = Excess(now, before);
  for (const auto& [name, more] : excess.threads) add("threads " + name, more);
  add("UDP sockets", excess.udp_sockets);
  add("other sockets", excess.other_sockets);
  return text;
}

}  // namespace

void ChaosTest::SetUp() {
  asterisk_.reset();
  CallTest::SetUp();
}

AsteriskOptions ChaosTest::asterisk_options() {
  AsteriskOptions options;
  options.http_host = "0.0.0.0";
  return options;
}

void ChaosTest::TearDown() {
  CallTest::TearDown();
  if (asterisk_ == nullptr || controls_.empty()) return;
  const auto none = [this] { return HeldBeyond().empty(); };
  const bool nothing_left = Eventually(none, seconds(15));
  EXPECT_TRUE(nothing_left) << HeldBeyond();
  if (!sweep_may_work_) {
    EXPECT_EQ(Swept(), 0);
  }
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string line = absl::StrCat("figures: ", test->test_suite_name(), ".", test->name(), ": ");
  for (const auto& [name, value] : figures_) absl::StrAppend(&line, name, "=", value, " ");
  const bool well = nothing_left && !HasFailure();
  std::cout << line << "swept=" << Swept() << " left="
            << (well ? "0 channels, 0 bridges, 0 leases, 0 ports, 0 sockets, 0 threads" : "see failure")
            << std::endl;
  if (!HasFailure()) return;
  for (const auto& control : controls_) std::cerr << control->process().LastLines(kLinesOnFailure);
  for (const auto& node : nodes_) std::cerr << node->process().LastLines(kLinesOnFailure);
}

void ChaosTest::StartNode(ServiceOptions options) {
  auto media = MediaProcess::Start(std::move(options));
  if (!media.ok()) throw std::runtime_error(std::string(media.status().message()));
  nodes_.push_back(std::move(*media));
}

void ChaosTest::StartControl() {
  const AriAccess ari = asterisk_->ari_access(asterisk_host_);
  auto control = ControlProcess::Start(ari, nodes_.front()->grpc(), control_options_);
  if (!control.ok()) throw std::runtime_error(std::string(control.status().message()));
  controls_.push_back(std::move(*control));
}

void ChaosTest::StartWorld(std::vector<std::string> control_flags, int nodes) {
  while (static_cast<int>(nodes_.size()) < nodes) StartNode();
  const auto address = [](std::string* out, const auto& node) { out->append(node->grpc().ToString()); };
  control_options_.extra_flags = std::move(control_flags);
  control_options_.extra_flags.push_back("--media=" + absl::StrJoin(nodes_, ",", address));
  StartControl();
  WaitForLines("message", "media node up", nodes);
  const auto phone = Phones("phone_hangs_up", 1, milliseconds(500));
  ExpectAllWell(*phone, 1);
  WaitForLines("message", "call ended", 1);
  for (const std::string& line : newest().process().Lines()) {
    if (LogLine{line}.message() == "call ended") first_call_ = LogLine{line}.Field("call");
  }
  ExpectEventually("the first call's port is free again", [this] {
    return std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) {
      return ReadMetric(node->metrics(), "benari_media_ports{state=\"in_use\"}").value_or(1) == 0;
    });
  });
  RememberHeld();
}

void ChaosTest::RememberHeld() {
  nodes_held_.clear();
  for (const auto& node : nodes_) nodes_held_.push_back(HeldBy(node->process().pid()));
  control_held_ = HeldBy(newest().process().pid(), asterisk_->ari().server().port);
}

std::string ChaosTest::HeldBeyond() {
  std::string text;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i]->process().Running()) continue;
    const std::string name = absl::StrCat("node ", i);
    absl::StrAppend(&text, Beyond(name, HeldBy(nodes_[i]->process().pid()), nodes_held_[i]));
    const auto leases = ReadMetric(nodes_[i]->metrics(), "benari_media_leases");
    const auto ports = ReadMetric(nodes_[i]->metrics(), "benari_media_ports{state=\"in_use\"}");
    if (!leases.ok() || !ports.ok()) return absl::StrCat(name, ": ", std::string(leases.status().message()));
    if (*leases + *ports > 0) absl::StrAppend(&text, name, " has ", *leases, " leases, ", *ports, " ports; ");
  }
  for (size_t i = 0; i < controls_.size(); ++i) {
    if (!controls_[i]->process().Running()) continue;
    const Held held = HeldBy(controls_[i]->process().pid(), asterisk_->ari().server().port);
    absl::StrAppend(&text, Beyond(absl::StrCat("control ", i), held, control_held_));
  }
  return text;
}

int ChaosTest::Swept() {
  int swept = 0;
  for (const auto& control : controls_) {
    for (const std::string& line : control->process().Lines()) swept += LogLine{line}.message() == "swept";
  }
  return swept;
}

media::v1::ListSessionsResponse ChaosTest::Sessions(size_t node) {
  const auto listed = MediaView(nodes_[node]->grpc()).ListSessions();
  EXPECT_TRUE(listed.ok()) << listed.status();
  return listed.ok() ? *listed : media::v1::ListSessionsResponse();
}

CallLog ChaosTest::Calls() {
  CallLog log;
  for (const auto& control : controls_) ReadCallLog(control->process().Lines(), &log);
  log.erase(first_call_);
  return log;
}

int ChaosTest::Ended(const std::string& outcome) {
  int calls = 0;
  for (const auto& [id, story] : Calls()) calls += story.outcome == outcome ? 1 : 0;
  return calls;
}

int ChaosTest::Count(const std::string& message) {
  int lines = 0;
  for (const std::string& line : newest().process().Lines()) {
    lines += LogLine{line}.message() == message ? 1 : 0;
  }
  return lines;
}

int64_t ChaosTest::MsSince(steady_clock::time_point since) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - since).count();
}

std::unique_ptr<Sipp> ChaosTest::Phones(const std::string& scenario, int calls, milliseconds pause,
                                        int rounds) {
  SippOptions options;
  options.scenario = scenario;
  options.remote = asterisk_->sip();
  options.calls = calls;
  options.pause = pause;
  options.rounds = rounds;
  return StartSipp(options);
}

void ChaosTest::WaitForLines(const std::string& key, const std::string& value, int n) {
  int left = n;
  const auto fits = [&](const std::string& json) {
    const LogLine line{json};
    return line.Field(key) == value && (first_call_.empty() || line.Field("call") != first_call_) &&
           --left <= 0;
  };
  const auto line = newest().process().WaitForLine(fits, kPatience);
  if (!line) throw std::runtime_error(absl::StrCat("control did not log ", n, " times ", key, " ", value));
}

void ChaosTest::ExpectEventually(const std::string& what, const std::function<bool()>& holds) {
  EXPECT_TRUE(Eventually(holds, kPatience)) << "never: " << what;
}

void ChaosTest::Figure(const std::string& name, int64_t value) {
  figures_.emplace_back(name, value);
  RecordProperty(name, std::to_string(value));
}

Hearing HeardSince(const RtpTap& tap, steady_clock::time_point from, steady_clock::time_point to) {
  std::map<uint16_t, std::vector<steady_clock::time_point>> heard;
  for (const TappedPacket& packet : tap.Packets()) {
    const auto at = tap.began() + packet.at;
    if (!packet.outgoing && at >= from - milliseconds(500) && at <= to)
      heard[packet.other_port].push_back(at);
  }
  Hearing hearing;
  for (const auto& [port, times] : heard) {
    if (times.front() >= from) continue;
    ++hearing.before;
    if (times.back() > from) ++hearing.again;
    for (size_t i = 1; i < times.size(); ++i) {
      if (times[i] <= from) continue;
      const auto gap = std::chrono::duration_cast<milliseconds>(times[i] - times[i - 1]);
      hearing.longest_gap = std::max(hearing.longest_gap, gap);
    }
  }
  return hearing;
}

}  // namespace benari::e2e
