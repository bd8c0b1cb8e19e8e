// Two machines with a control and a media node each; Asterisk and the phones are outside. The machine with
// the control that serves is cut off, without a word, and comes back: everybody is heard, before, meanwhile
// and after, and one control serves.
#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "tests/e2e/chaos_test.h"
#include "tests/harness/network.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kCallers = 10;  // before; half as many meanwhile, and afterwards
constexpr int kFewCallers = kCallers / 2;

// Established TCP connections to the node's gRPC port: one of each control. See proc(5), /proc/PID/net/tcp.
int Connections(MediaProcess& node) {
  constexpr size_t kLocal = 1, kState = 3;
  const std::string port = absl::StrCat(":", absl::Hex(node.grpc().port, absl::kZeroPad4));
  int connections = 0;
  for (const std::string table : {"tcp", "tcp6"}) {  // gRPC's sockets are for both
    const std::string text = ReadFile(absl::StrCat("/proc/", node.process().pid(), "/net/", table));
    for (const auto line : absl::StrSplit(text, '\n')) {
      const std::vector<std::string> columns = absl::StrSplit(line, ' ', absl::SkipEmpty());
      const bool established = columns.size() > kState && columns[kState] == "01";
      connections += established && absl::EndsWithIgnoreCase(columns[kLocal], port);
    }
  }
  return connections;
}

class MachineIsCut : public ChaosTest, public ::testing::WithParamInterface<int> {
 protected:
  seconds Length() const { return seconds(GetParam()); }
  // With a part of the recording for each seven seconds until well after the cut.
  int Rounds() const { return (GetParam() + 24) / 7 + 1; }

  // The control of the second machine has taken over from that of the first, which stands by.
  void StartMachines() {
    network_.emplace();
    first_ = network_->AddHost();
    second_ = network_->AddHost();
    asterisk_host_ = network_->own().address();
    for (const auto* machine : {first_.get(), second_.get()}) {
      ServiceOptions media;
      media.host = machine->address();
      media.network = machine->network();
      StartNode(media);
    }
    UseMachine(*first_);
    StartWorld({"--echo_seconds=inf", "--when_replaced=stand_by"}, 2);
    UseMachine(*second_);
    StartControl();
    WaitForLines("message", "media node up", 2);
    ExpectEventually("the first one stands by", [this] { return Said(control(0), "standing by") == 1; });
    ExpectEventually("both controls are connected to both nodes",
                     [this] { return Connections(node(0)) >= 2 && Connections(node(1)) >= 2; });
    RememberHeld();
  }
  void UseMachine(const Network::Host& machine) {
    control_options_.host = machine.address();
    control_options_.network = machine.network();
  }
  static int Said(ControlProcess& control, const std::string& message) {
    int lines = 0;
    for (const std::string& line : control.process().Lines()) lines += LogLine{line}.message() == message;
    return lines;
  }

  void CutOffTheSecond() {
    cut_ = steady_clock::now();
    cut_at_ = absl::Now();
    for (auto* other : {first_.get(), &network_->own()}) {
      other->Ignore(*second_);
      second_->Ignore(*other);
    }
  }
  void Mend() {
    std::this_thread::sleep_until(cut_ + Length());
    second_->Accept();
    first_->Accept();
    network_->own().Accept();
    mended_ = steady_clock::now();
  }

  // What the controls did from the cut on, as lines of the output.
  void PrintWhoServed() {
    const std::vector<std::string> turns = {"serving",         "standing by",
                                            "call adopted",    "stepping aside, nothing is undone",
                                            "media node lost", "the other instance is gone, taking over",
                                            "media node up",   "ARI events connected",
                                            "swept",           "ARI events disconnected"};
    for (const size_t number : {0, 1}) {
      std::string story, last;
      for (const std::string& text : control(number).process().Lines()) {
        const LogLine line{text};
        absl::Time at;
        std::string error;
        if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*S%Ez", line.Field("time"), &at, &error) || at < cut_at_)
          continue;
        if (std::find(turns.begin(), turns.end(), line.message()) == turns.end() || line.message() == last)
          continue;
        last = line.message();
        absl::StrAppend(&story, " ", absl::ToInt64Milliseconds(at - cut_at_), " ms ", last, ";");
      }
      std::cout << "machine " << number + 1 << " after the cut of " << GetParam() << " s:" << story
                << std::endl;
    }
  }

  std::optional<Network> network_;  // made once this thread is on its own host
  std::unique_ptr<Network::Host> first_;
  std::unique_ptr<Network::Host> second_;
  steady_clock::time_point cut_;
  steady_clock::time_point mended_;
  absl::Time cut_at_;
};

// Of calls that are heard at all, how long after `since` the last of them was heard first.
struct FirstHeard {
  int calls = 0;
  int64_t last_ms = 0;
};
FirstHeard FirstHeardSince(const RtpTap& tap, steady_clock::time_point since) {
  std::map<uint16_t, steady_clock::time_point> first;
  for (const TappedPacket& packet : tap.Packets()) {
    if (!packet.outgoing) first.try_emplace(packet.other_port, tap.began() + packet.at);
  }
  FirstHeard heard;
  for (const auto& [port, at] : first) {
    ++heard.calls;
    heard.last_ms =
        std::max<int64_t>(heard.last_ms, std::chrono::duration_cast<milliseconds>(at - since).count());
  }
  return heard;
}

TEST_P(MachineIsCut, AndComesBack) {
  StartMachines();
  const auto staying = Phones("phone_talks", kCallers, {}, Rounds());
  const auto tap = RtpTap::Start(staying->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  WaitForLines("message", "echo heard", kCallers);
  std::this_thread::sleep_for(seconds(2));
  CutOffTheSecond();
  std::this_thread::sleep_for(Length() / 2);
  const auto meanwhile_from = steady_clock::now();
  const auto meanwhile = Phones("phone_talks", kFewCallers, {}, Rounds());
  const auto meanwhile_tap = RtpTap::Start(meanwhile->rtp_port());
  ASSERT_TRUE(meanwhile_tap.ok());
  Mend();
  const auto after = Phones("phone_talks", kFewCallers, {}, 3);
  const auto after_tap = RtpTap::Start(after->rtp_port());
  ASSERT_TRUE(after_tap.ok());
  ExpectAllWell(*after, kFewCallers);
  ExpectAllWell(*meanwhile, kFewCallers);
  ExpectAllWell(*staying, kCallers);
  const Hearing hearing = HeardSince(**tap, cut_);
  EXPECT_EQ(hearing.before, kCallers);
  EXPECT_EQ(hearing.again, kCallers) << "everybody is heard again";
  const FirstHeard heard_meanwhile = FirstHeardSince(**meanwhile_tap, meanwhile_from);
  const FirstHeard heard_after = FirstHeardSince(**after_tap, mended_);
  EXPECT_EQ(heard_meanwhile.calls, kFewCallers);
  EXPECT_EQ(heard_after.calls, kFewCallers);
  Figure("whole", hearing.again);
  Figure("longest_gap_ms", hearing.longest_gap.count());
  Figure("callers_meanwhile_heard", heard_meanwhile.calls);
  Figure("meanwhile_first_heard_ms", heard_meanwhile.last_ms);
  Figure("callers_after_heard", heard_after.calls);
  Figure("after_first_heard_ms", heard_after.last_ms);
  PrintWhoServed();
  ExpectEventually("one control serves, the other stands by", [this] {
    int standing_by = 0, connected = 0;
    for (const size_t number : {0, 1}) {
      standing_by += ReadMetric(control(number).metrics(), "benari_control_standby").value_or(0) == 1;
      connected += ReadMetric(control(number).metrics(), "benari_control_ari_connected").value_or(0) == 1;
    }
    return standing_by == 1 && connected == 1;
  });
}

INSTANTIATE_TEST_SUITE_P(Seconds, MachineIsCut, ::testing::Values(2, 9, 25, 60),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace benari::e2e
