// A media node is killed, hangs, or is started again, with callers in echo.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "tests/e2e/chaos_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class ChaosMediaTest : public ChaosTest {
 protected:
  // Half of fifty callers lose their node, and hear themselves again within two seconds.
  void LoseOneNodeOfTwo(int signal_number, int rounds) {
    StartWorld({"--echo_seconds=inf"}, 2);
    phones_ = Phones("phone_talks", 50, {}, rounds);
    const auto tap = RtpTap::Start(phones_->rtp_port());
    ASSERT_TRUE(tap.ok()) << tap.status();
    WaitForLines("message", "echo heard", 50);
    const int moved = Sessions(0).sessions_size();
    EXPECT_EQ(moved, 25);
    node(0).process().Signal(signal_number);
    const auto lost = steady_clock::now();
    WaitForLines("message", "media replaced", moved);
    std::this_thread::sleep_for(milliseconds(500));
    const Hearing hearing = HeardSince(**tap, lost);
    EXPECT_EQ(hearing.before, 50);
    EXPECT_EQ(hearing.again, 50);
    EXPECT_LT(hearing.longest_gap, seconds(2));
    Figure("moved", moved);
    Figure("longest_gap_ms", hearing.longest_gap.count());
  }

  std::unique_ptr<Sipp> phones_;
};

TEST_F(ChaosMediaTest, ANodeIsKilledAndAnotherTakesItsCalls) {
  LoseOneNodeOfTwo(SIGKILL, 2);
  ExpectAllWell(*phones_, 50);
  ExpectEventually("50 calls ended", [this] { return Ended("caller_hung_up") == 50; });
}

TEST_F(ChaosMediaTest, ANodeHangsForHalfAMinuteAndWakesUp) {
  LoseOneNodeOfTwo(SIGSTOP, 2);
  ExpectAllWell(*phones_, 50);
  ExpectEventually("50 calls ended", [this] { return Ended("caller_hung_up") == 50; });
  std::this_thread::sleep_for(seconds(20));  // with the calls it has been half a minute
  node(0).process().Signal(SIGCONT);
  ExpectEventually("its leases ran out", [this] { return Sessions(0).sessions_size() == 0; });
}

TEST_F(ChaosMediaTest, WithoutAnotherNodeCallersAreTransferred) {
  StartWorld({"--echo_seconds=inf"});
  const auto trunk = Trunk("trunk_answers");
  const auto phones = Phones("phone_hangs_up", 50, milliseconds(16'000));
  WaitForLines("message", "echo heard", 50);
  node(0).process().Signal(SIGKILL);
  const auto lost = steady_clock::now();
  WaitForLines("phase", "connected", 50);
  Figure("connected_ms", MsSince(lost));
  ExpectAllWell(*phones, 50);
  ExpectEventually("50 calls completed", [this] { return Ended("completed") == 50; });
}

TEST_F(ChaosMediaTest, WithoutAnotherNodeCallersAreHungUpIfSoConfigured) {
  StartWorld({"--echo_seconds=inf", "--on_media_lost=hangup"});
  const auto phones = Phones("phone_waits", 50);
  WaitForLines("message", "echo heard", 50);
  node(0).process().Signal(SIGKILL);
  const auto lost = steady_clock::now();
  ExpectAllWell(*phones, 50);
  Figure("hung_up_ms", MsSince(lost));
  ExpectEventually("50 calls ended", [this] { return Ended("no_media") == 50; });
}

TEST_F(ChaosMediaTest, TheOnlyNodeIsStartedAgainAndHasItsCallsAgain) {
  StartWorld({"--echo_seconds=inf"});
  const auto trunk = Trunk("trunk_answers");
  const auto phones = Phones("phone_hangs_up", 50, milliseconds(16'000));
  WaitForLines("message", "echo heard", 50);
  node(0).process().Signal(SIGKILL);
  node(0).process().WaitForExit(seconds(10));
  const absl::Status back = node(0).StartAgain();
  ASSERT_TRUE(back.ok()) << back;
  const auto since = steady_clock::now();
  // The second line of a node that is up is that of its return.
  WaitForLines("message", "media node up", 2);
  WaitForLines("message", "media replaced", 50);
  Figure("moved_ms", MsSince(since));
  const auto newcomers = Phones("phone_hangs_up", 5, milliseconds(2000));
  WaitForLines("message", "echo heard", 55);
  Figure("new_callers_hear_ms", MsSince(since));
  EXPECT_EQ(Sessions().sessions_size(), 55);
  ExpectAllWell(*newcomers, 5);
  ExpectAllWell(*phones, 50);
  ExpectEventually("55 calls ended", [this] { return Ended("completed") + Ended("caller_hung_up") == 55; });
}

}  // namespace
}  // namespace benari::e2e
