// Sessions: start, stop, events, and what the callers get to see.
#include <gmock/gmock.h>

#include "tests/media/lease/registry_fixture.h"

namespace benari::media {
namespace {

using ::testing::HasSubstr;

std::vector<EventKind> Kinds(const std::vector<SessionEvent>& events) {
  std::vector<EventKind> kinds;
  for (const SessionEvent& event : events) kinds.push_back(event.kind);
  return kinds;
}

TEST_F(RegistryTest, GoesThroughItsStates) {
  ASSERT_TRUE(LeasePort("a").ok());
  EXPECT_EQ(GetSession("a")->state, SessionState::kLeased);
  const auto started = StartSession("a");
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(started->state, SessionState::kRunning);
  EXPECT_EQ(started->snapshot.peer, Config().peer);
  EXPECT_EQ(started->snapshot.ssrc, 1u);
  EXPECT_TRUE(started->started_at.has_value());
  EXPECT_EQ(StopSession("a")->state, SessionState::kStopped);
  EXPECT_EQ(GetSession("a")->state, SessionState::kStopped);
  EXPECT_EQ(ReleasePort("a")->state, SessionState::kStopped);
  EXPECT_TRUE(absl::IsNotFound(GetSession("a").status()));
  EXPECT_EQ(Kinds(events_), (std::vector{EventKind::kStarted, EventKind::kStopped, EventKind::kReleased}));
}

TEST_F(RegistryTest, WithoutALeaseThereIsNothing) {
  EXPECT_TRUE(absl::IsNotFound(StartSession("a").status()));
  EXPECT_TRUE(absl::IsNotFound(StopSession("a").status()));
  EXPECT_TRUE(absl::IsNotFound(ReleasePort("a").status()));
  EXPECT_TRUE(absl::IsNotFound(GetSession("a").status()));
}

TEST_F(RegistryTest, TheSameStartAgainAnswersTheRunningSession) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  runner_.sockets.begin()->second.snapshot.stats.received_packets = 42;
  const auto again = StartSession("a");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->snapshot.stats.received_packets, 42u);
  EXPECT_EQ(again->snapshot.ssrc, 1u);
  EXPECT_EQ(runner_.starts, 1);
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(RegistryTest, AnotherStartOnARunningSessionIsRefusedWithWhatRuns) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  const absl::Status refused = StartSession("a", Config(25002)).status();
  EXPECT_TRUE(absl::IsAlreadyExists(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("peer 10.0.0.5:25000, payload_type 8"));
}

TEST_F(RegistryTest, AStoppedSessionMayStartAnew) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  ASSERT_TRUE(StopSession("a").ok());
  const auto anew = StartSession("a", Config(25002));
  ASSERT_TRUE(anew.ok());
  EXPECT_EQ(anew->state, SessionState::kRunning);
  EXPECT_EQ(anew->snapshot.ssrc, 2u);
}

TEST_F(RegistryTest, AStartThatTheRunnerRefusesChangesNothing) {
  ASSERT_TRUE(LeasePort("a").ok());
  runner_.start_failure = absl::ResourceExhaustedError("busy");
  EXPECT_EQ(StartSession("a").status(), runner_.start_failure);
  EXPECT_EQ(GetSession("a")->state, SessionState::kLeased);
  EXPECT_TRUE(events_.empty());
  runner_.start_failure = absl::OkStatus();
  EXPECT_TRUE(StartSession("a").ok());
}

TEST_F(RegistryTest, StopNeedsASessionAndIsIdempotent) {
  ASSERT_TRUE(LeasePort("a").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(StopSession("a").status()));
  ASSERT_TRUE(StartSession("a").ok());
  runner_.sockets.begin()->second.snapshot.stats.sent_packets = 7;
  EXPECT_EQ(StopSession("a")->snapshot.stats.sent_packets, 7u);
  EXPECT_EQ(StopSession("a")->snapshot.stats.sent_packets, 7u);
  EXPECT_EQ(Kinds(events_), (std::vector{EventKind::kStarted, EventKind::kStopped}));
}

TEST_F(RegistryTest, ReleaseStopsTheSessionAndAnswersWithItsLastStatistics) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  runner_.sockets.begin()->second.snapshot.stats.sent_packets = 9;
  const auto released = ReleasePort("a");
  ASSERT_TRUE(released.ok());
  EXPECT_EQ(released->state, SessionState::kStopped);
  EXPECT_EQ(released->snapshot.stats.sent_packets, 9u);
  EXPECT_EQ(events_.back().session.snapshot.stats.sent_packets, 9u);
  EXPECT_TRUE(runner_.sockets.empty());
  EXPECT_EQ(registry_.Counts().running, 0u);
}

TEST_F(RegistryTest, TellsOfMediaAndCountsDiagnoses) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  const SocketId socket = runner_.IdOfPort(100);
  SessionSnapshot snapshot = runner_.sockets.at(socket).snapshot;
  snapshot.diagnosis = Diagnosis::kStranger;
  snapshot.diagnosis_text = "packets come from elsewhere";
  registry_.OnMediaChange(socket, MediaChange::kMissing, snapshot);
  registry_.OnMediaChange(socket, MediaChange::kFlowing, runner_.sockets.at(socket).snapshot);
  EXPECT_EQ(Kinds(events_),
            (std::vector{EventKind::kStarted, EventKind::kMediaMissing, EventKind::kMediaFlowing}));
  EXPECT_EQ(events_[1].session.lease.lease_id, "a");
  EXPECT_EQ(events_[1].session.snapshot.diagnosis_text, "packets come from elsewhere");
  EXPECT_EQ(registry_.Counts().diagnoses[static_cast<size_t>(Diagnosis::kStranger)], 1u);
}

TEST_F(RegistryTest, AMediaEventOvertakenByTheEndIsNotTold) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  const SocketId socket = runner_.IdOfPort(100);
  const SessionSnapshot snapshot = runner_.sockets.at(socket).snapshot;
  ASSERT_TRUE(StopSession("a").ok());
  registry_.OnMediaChange(socket, MediaChange::kFlowing, snapshot);
  ASSERT_TRUE(ReleasePort("a").ok());
  registry_.OnMediaChange(socket, MediaChange::kFlowing, snapshot);
  EXPECT_EQ(Kinds(events_), (std::vector{EventKind::kStarted, EventKind::kStopped, EventKind::kReleased}));
}

// The runner has done nothing yet when the second one is asked for.
TEST_F(RegistryTest, EventsOfTwoSessionsOnALeaseAreInOrder) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  const SocketId socket = runner_.IdOfPort(100);
  const SessionSnapshot first = runner_.sockets.at(socket).snapshot;
  registry_.StopSession({"benari", 1}, "a", [](const absl::StatusOr<SessionView>&) {});
  registry_.StartSession({"benari", 1}, "a", Config(25002), [](const absl::StatusOr<SessionView>&) {});
  registry_.OnMediaChange(socket, MediaChange::kFlowing, first);  // its packet went back just before
  runner_.Deliver();
  registry_.OnMediaChange(socket, MediaChange::kFlowing, runner_.sockets.at(socket).snapshot);
  EXPECT_EQ(Kinds(events_), (std::vector{EventKind::kStarted, EventKind::kStopped, EventKind::kStarted,
                                         EventKind::kMediaFlowing}));
  EXPECT_EQ(events_[1].session.snapshot.peer, Config().peer);
  EXPECT_EQ(events_[2].session.snapshot.peer, Config(25002).peer);
  EXPECT_EQ(events_[3].session.snapshot.peer, Config(25002).peer);
}

TEST_F(RegistryTest, TimesAreShownOnTheWallClock) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  const Clock::WallTime leased_at = clock_.WallNow();
  runner_.sockets.begin()->second.snapshot.first_received = clock_.Now() + Milliseconds(250);
  const auto session = GetSession("a");
  EXPECT_EQ(session->leased_at, leased_at);
  EXPECT_EQ(session->ToWall(*session->snapshot.first_received), leased_at + Milliseconds(250));
}

}  // namespace
}  // namespace benari::media
