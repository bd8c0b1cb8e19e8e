// Asterisk is killed, or hangs, with fifty calls.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "tests/e2e/chaos_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

using ChaosAsteriskTest = ChaosTest;

TEST_F(ChaosAsteriskTest, IsKilledAndComesBack) {
  StartWorld({"--echo_seconds=inf"});
  auto phones = Phones("phone_hangs_up", 50, milliseconds(60'000));
  WaitForLines("message", "echo heard", 50);
  EXPECT_EQ(Sessions().sessions_size(), 50);
  asterisk().process().Signal(SIGKILL);
  const auto killed = steady_clock::now();
  ExpectEventually("leases released", [this] { return Sessions().sessions_size() == 0; });
  Figure("leases_released_ms", MsSince(killed));
  EXPECT_LT(MsSince(killed), 5000) << "released, not run out";
  WaitForLines("message", "call ended", 50);
  phones->Stop();
  const absl::Status back = asterisk().StartAgain();
  ASSERT_TRUE(back.ok()) << back;
  const auto since = steady_clock::now();
  WaitForLines("message", "connected to Asterisk", 2);
  Figure("reconnected_ms", MsSince(since));
  ExpectEventually("serving", [this] {
    return ReadMetric(newest().metrics(), "benari_control_ari_connected").value_or(0) == 1;
  });
  phones = Phones("phone_hangs_up", 10, milliseconds(2000));
  ExpectAllWell(*phones, 10);
  WaitForLines("message", "echo heard", 60);
  WaitForLines("message", "call ended", 60);
}

// Half of the callers hang up meanwhile, the others hear themselves again afterwards.
TEST_F(ChaosAsteriskTest, HangsForHalfAMinuteAndWakesUp) {
  StartWorld({"--echo_seconds=inf"});
  const auto leaving = Phones("phone_hangs_up", 25, milliseconds(12'000));
  const auto staying = Phones("phone_talks", 25, {}, 6);
  WaitForLines("message", "echo heard", 50);
  const auto tap = RtpTap::Start(staying->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  std::this_thread::sleep_for(milliseconds(600));
  asterisk().process().Signal(SIGSTOP);
  const auto stopped = steady_clock::now();
  std::this_thread::sleep_for(seconds(30));
  asterisk().process().Signal(SIGCONT);
  ExpectAllWell(*leaving, 25);
  ExpectAllWell(*staying, 25);
  WaitForLines("message", "call ended", 50);
  const Hearing hearing = HeardSince(**tap, stopped);
  EXPECT_EQ(hearing.before, 25);
  EXPECT_EQ(hearing.again, 25) << "heard themselves when it woke up";
  Figure("hear_again", hearing.again);
  Figure("longest_gap_ms", hearing.longest_gap.count());
}

}  // namespace
}  // namespace benari::e2e
