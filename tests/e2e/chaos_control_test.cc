// control is killed, stopped, replaced; the calls go on.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "tests/e2e/chaos_test.h"

namespace benari::e2e {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr milliseconds kEcho{3000};
constexpr int64_t kPacketsInASecond = 25;  // of 33, at least

int64_t Ms(system_clock::duration duration) { return duration_cast<milliseconds>(duration).count(); }

class ChaosControlTest : public ChaosTest {
 protected:
  // Every call that was adopted since `start` went on within two seconds; the slowest one is the figure.
  void ExpectAdoptedInTime(LogTime start) {
    int adopted = 0;
    system_clock::duration slowest{0};
    for (const auto& [id, story] : Calls()) {
      if (!story.adopted_at || *story.adopted_at < start) continue;
      ++adopted;
      EXPECT_TRUE(story.resumed_at) << id;
      if (story.resumed_at) slowest = std::max(slowest, *story.resumed_at - start);
    }
    EXPECT_LT(slowest, seconds(2));
    Figure("adopted", adopted);
    Figure("adoption_ms", Ms(slowest));
  }

  // Calls that had begun their echo before `until` were sent on when its time was over, or as soon as there
  // was somebody to do it.
  void ExpectEchoTimesKept(LogTime until) {
    system_clock::duration latest{0};
    for (const auto& [id, story] : Calls()) {
      if (!story.echo_began || *story.echo_began > until || !story.dialed_at) continue;
      LogTime due = *story.echo_began + kEcho;
      if (story.adopted_at && *story.adopted_at <= *story.dialed_at) due = std::max(due, *story.adopted_at);
      // The time is counted from the making of the bridge, a moment before the echo began.
      EXPECT_GE(*story.dialed_at - story.first_line, kEcho) << id << " was sent on too early";
      EXPECT_LT(*story.dialed_at - due, milliseconds(1000)) << id << " was sent on too late";
      latest = std::max(latest, *story.dialed_at - due);
    }
    Figure("sent_on_late_ms", Ms(latest));
  }

  // No call ended twice, and no destination was called twice, but for those that rang when control was
  // killed: who answers while nobody serves the application is hung up by Asterisk, and is called again.
  void ExpectNothingTwice(const Sipp& trunk, LogTime killed = LogTime::max()) {
    int dialed = 0;
    for (const auto& [id, story] : Calls()) {
      EXPECT_LE(story.ended, 1) << id;
      EXPECT_NE(story.outcome, "failed") << id;
      dialed += story.dialed > 0;
      const bool rang =
          story.dialed_at && *story.dialed_at < killed && story.answered_at.value_or(LogTime::max()) > killed;
      dialed += killed != LogTime::max() && rang;
    }
    EXPECT_LE(trunk.Dialogs(), dialed);
  }

  // While nobody controls them, sessions go on: the fewest packets that one of them sent within a second. A
  // session whose phone hangs up meanwhile gets less than a second's worth, and sends that back.
  int64_t EchoesInASecond() {
    const auto before = Sessions();
    std::this_thread::sleep_for(seconds(1));
    const auto after = Sessions();
    std::map<std::string, media::v1::RtpStats> first;
    for (const auto& session : before.sessions()) first[session.lease().lease_id()] = session.stats();
    int64_t fewest = 1000;
    int sessions = 0;
    for (const auto& session : after.sessions()) {
      const auto known = first.find(session.lease().lease_id());
      if (known == first.end() || known->second.sent_packets() == 0) continue;
      const auto& now = session.stats();
      const auto heard = static_cast<int64_t>(now.received_packets() - known->second.received_packets());
      const auto sent = static_cast<int64_t>(now.sent_packets() - known->second.sent_packets());
      EXPECT_EQ(sent, heard) << session.lease().lease_id();
      if (heard < kPacketsInASecond) continue;
      ++sessions;
      fewest = std::min(fewest, sent);
    }
    EXPECT_GE(sessions, 15) << "echo goes on for those who stay";
    Figure("echoing_without_control", sessions);
    return fewest;
  }
};

// The moment of a kill: the first such log line once fifty calls are there.
struct Moment {
  const char* name;
  const char* key;
  const char* value;
  bool newcomers;  // it is that of callers who arrive then
};
void PrintTo(const Moment& moment, std::ostream* out) { *out << moment.value; }

class ControlIsKilled : public ChaosControlTest, public ::testing::WithParamInterface<Moment> {};

TEST_P(ControlIsKilled, TheNextOneGoesOn) {
  SweepMayWork();  // for callers who hang up while nobody is there
  std::atomic<bool> armed{false};
  control_options_.on_log_line = [this, &armed](const LogLine& line) {
    if (armed && line.Field(GetParam().key) == GetParam().value && armed.exchange(false))
      control(0).process().Signal(SIGKILL);
  };
  StartWorld({"--echo_seconds=3"});
  const auto trunk = Trunk("trunk_answers_later");
  const auto leaving = Phones("phone_hangs_up", 20, milliseconds(5000));
  WaitForLines("message", "call started", 20);
  const auto staying = Phones("phone_hangs_up", 30, milliseconds(11'000));
  WaitForLines("message", "call started", 50);
  armed = true;
  std::unique_ptr<Sipp> newcomers;
  if (GetParam().newcomers) newcomers = Phones("phone_tries", 5);
  ASSERT_EQ(control(0).process().WaitForExit(seconds(20)), 128 + SIGKILL);
  const LogTime killed = system_clock::now();

  const int64_t echoes = EchoesInASecond();
  EXPECT_GE(echoes, kPacketsInASecond);
  Figure("fewest_echoed_in_1s", echoes);

  const LogTime start = system_clock::now();
  StartControl();
  ExpectAllWell(*leaving, 20);
  ExpectAllWell(*staying, 30);
  if (newcomers) ExpectAllWell(*newcomers, 5);
  WaitForLines("message", "call ended", 30);
  ExpectAdoptedInTime(start);
  ExpectEchoTimesKept(killed);
  ExpectNothingTwice(*trunk, killed);
  EXPECT_GE(Ended("completed"), 30);
}

INSTANTIATE_TEST_SUITE_P(Moments, ControlIsKilled,
                         ::testing::Values(Moment{"CallStarted", "message", "call started", true},
                                           Moment{"ExternalMediaCreated", "message", "external media created",
                                                  true},
                                           Moment{"Dialing", "message", "dialing", false},
                                           Moment{"Releasing", "phase", "releasing", false}),
                         [](const auto& test) { return test.param.name; });

TEST_F(ChaosControlTest, ANewInstanceTakesOverWhileCallsArrive) {
  StartWorld({"--echo_seconds=3"});
  const auto trunk = Trunk("trunk_answers_later");
  const auto phones = Phones("phone_hangs_up", 50, milliseconds(12'000));
  WaitForLines("message", "call started", 40);
  const LogTime start = system_clock::now();
  StartControl();
  EXPECT_EQ(control(0).process().WaitForExit(seconds(10)), 0);
  ExpectAllWell(*phones, 50);
  ExpectEventually("50 calls completed", [this] { return Ended("completed") == 50; });
  ExpectAdoptedInTime(start);
  ExpectEchoTimesKept(LogTime::max());
  ExpectNothingTwice(*trunk);
  EXPECT_EQ(Calls().size(), 50u);
}

// Twenty callers hang up meanwhile, for the others the echo is over meanwhile; so are the leases.
TEST_F(ChaosControlTest, HangsForHalfAMinuteAndWakesUp) {
  StartWorld({"--echo_seconds=7"});
  const auto trunk = Trunk("trunk_answers_later");
  const auto leaving = Phones("phone_hangs_up", 20, milliseconds(12'000));
  WaitForLines("message", "call started", 20);
  const auto staying = Phones("phone_hangs_up", 30, milliseconds(42'000));
  WaitForLines("message", "call started", 50);
  control(0).process().Signal(SIGSTOP);
  std::this_thread::sleep_for(seconds(30));
  control(0).process().Signal(SIGCONT);
  ExpectAllWell(*leaving, 20);
  ExpectAllWell(*staying, 30);
  ExpectEventually("all calls ended", [this] { return Ended("completed") + Ended("caller_hung_up") == 50; });
  ExpectNothingTwice(*trunk);
  EXPECT_EQ(Ended("completed"), 30);
}

// All that the old one had to do is due when it wakes up, and none of it is its to do any more. Media refuses
// it; ARI cannot: of a call in its set-up it may still make a channel, which the sweep of the new one
// removes.
TEST_F(ChaosControlTest, WakesUpWhenAnotherHasTakenOver) {
  StartWorld({"--echo_seconds=3"});
  const auto trunk = Trunk("trunk_answers_later");
  const auto phones = Phones("phone_hangs_up", 50, milliseconds(20'000));
  // Not sooner: a request that is under way may be carried out after the other one has listed Asterisk, and
  // only the sweep finds what it made.
  WaitForLines("message", "bridged", 50);
  control(0).process().Signal(SIGSTOP);
  const LogTime start = system_clock::now();
  StartControl();
  std::this_thread::sleep_for(seconds(8));
  control(0).process().Signal(SIGCONT);
  EXPECT_EQ(control(0).process().WaitForExit(seconds(10)), 0);
  ExpectAllWell(*phones, 50);
  ExpectEventually("50 calls completed", [this] { return Ended("completed") == 50; });
  ExpectAdoptedInTime(start);
  ExpectNothingTwice(*trunk);
}

TEST_F(ChaosControlTest, NeverComesBackAndLeasesRunOut) {
  SweepMayWork();  // its only chance to clean up what nobody was there for
  StartWorld({"--echo_seconds=inf"});
  const auto phones = Phones("phone_hangs_up", 50, milliseconds(7000));
  WaitForLines("message", "call started", 50);
  control(0).process().Signal(SIGKILL);
  const auto killed = std::chrono::steady_clock::now();
  EXPECT_GT(Sessions().sessions_size(), 40);
  ExpectAllWell(*phones, 50);
  ExpectEventually("leases ran out", [this] { return Sessions().sessions_size() == 0; });
  Figure("leases_gone_ms", MsSince(killed));
  EXPECT_FALSE(asterisk().ari().WaitUntilEmpty(milliseconds(0)).ok()) << "nothing to clean up";
  StartControl();
}

}  // namespace
}  // namespace benari::e2e
