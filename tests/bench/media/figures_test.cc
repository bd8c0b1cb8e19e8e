#include "tests/bench/media/figures.h"

#include <gtest/gtest.h>

#include "tests/bench/media/chart.h"
#include "tests/bench/media/goals.h"
#include "tests/bench/media/profile_names.h"
#include "tests/bench/media/report.h"

namespace benari::bench {
namespace {

const std::string kMany = PacedProfile(kManySessions);

// The same two targets on a machine that is four times slower in the second of three rounds.
Results ThreeRounds() {
  Results results;
  const double slowness[] = {1, 4, 1.5};
  for (size_t round = 0; round < 3; ++round) {
    const double slow = slowness[round];
    results.Add(round, "reflector", kMany, {{Figure::kCpuUs, 10 * slow}, {Figure::kLost, 0}});
    results.Add(round, "benari", kMany, {{Figure::kCpuUs, 5 * slow}, {Figure::kLost, round == 1 ? 3.0 : 0}});
  }
  return results;
}

const Verdict& Find(const std::vector<Verdict>& verdicts, const std::string& goal) {
  for (const Verdict& verdict : verdicts) {
    if (verdict.goal.find(goal) != std::string::npos) return verdict;
  }
  ADD_FAILURE() << "no goal " << goal;
  return verdicts.front();
}

TEST(Results, ShowMedians) {
  EXPECT_EQ(ThreeRounds().Of("benari", kMany, Figure::kCpuUs), 7.5);
  EXPECT_EQ(ThreeRounds().Most("benari", kMany, Figure::kLost), 3);
}

TEST(Results, ARatioIsOfTheSameRound) {
  EXPECT_EQ(ThreeRounds().Ratio("benari", "reflector", kMany, Figure::kCpuUs), 0.5);
}

TEST(Results, ARoundThatOneOfBothMissedIsNoRatio) {
  Results results;
  results.Add(0, "reflector", kMany, {{Figure::kCpuUs, 10}});
  results.Add(1, "benari", kMany, {{Figure::kCpuUs, 5}});
  EXPECT_EQ(results.Ratio("benari", "reflector", kMany, Figure::kCpuUs), 0);
}

TEST(Goals, AreMetOrMissedOrNotMeasured) {
  const std::vector<Verdict> verdicts = Judge(ThreeRounds(), "benari", "reflector");
  EXPECT_TRUE(Find(verdicts, "CPU a packet, 500").met);
  const Verdict& moonshot = Find(verdicts, "moonshot");
  EXPECT_FALSE(moonshot.met);
  EXPECT_EQ(moonshot.measured, 0.5);
  EXPECT_FALSE(Find(verdicts, "set-ups").measured.has_value());
}

TEST(Goals, OneRoundThatLostPacketsMissesTheGoal) {
  const Verdict lost = Find(Judge(ThreeRounds(), "benari", "reflector"), "lost");
  EXPECT_FALSE(lost.met);
  EXPECT_EQ(lost.measured, 3);
}

TEST(Goals, CpuThatGrowsWithSessionsIsSeen) {
  Results results;
  for (const auto& [sessions, cpu_us] : {std::pair(10, 50.0), {100, 10.0}, {500, 9.0}, {5000, 12.0}}) {
    results.Add(0, "benari", PacedProfile(sessions), {{Figure::kCpuUs, cpu_us}});
  }
  const Verdict growth = Find(Judge(results, "benari", "reflector"), "more than 100");
  EXPECT_DOUBLE_EQ(growth.measured.value(), 1.2);
  EXPECT_FALSE(growth.met);
}

TEST(Report, NamesWhatWasMissedAndWhatWasLeftOut) {
  ReportHeader header;
  header.base = "reflector";
  header.with_goals = {"benari"};
  header.left_out = {"paced 5000: why"};
  const std::string report = Report(ThreeRounds(), header);
  EXPECT_NE(report.find("**missed**"), std::string::npos);
  EXPECT_NE(report.find("Left out: paced 5000: why"), std::string::npos);
}

TEST(Chart, HasALineForEachTarget) {
  const std::string svg = Chart(ThreeRounds());
  EXPECT_NE(svg.find(">reflector</text>"), std::string::npos);
  EXPECT_NE(svg.find(">benari</text>"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace benari::bench
