#include "common/log_gate.h"

#include <gtest/gtest.h>

namespace benari {
namespace {

TEST(LogGate, SaysChangesAtOnceAndTheSameThingSeldom) {
  const auto at = [](int s) { return LogGate::Time() + std::chrono::seconds(s); };
  LogGate gate(std::chrono::seconds(30));
  EXPECT_TRUE(gate.Opens("refused", at(0)));
  EXPECT_FALSE(gate.Opens("refused", at(1)));
  EXPECT_FALSE(gate.Opens("refused", at(29)));
  EXPECT_TRUE(gate.Opens("refused", at(30)));
  EXPECT_FALSE(gate.Opens("refused", at(59)));
  EXPECT_TRUE(gate.Opens("401", at(59)));
  EXPECT_TRUE(gate.Opens("refused", at(60)));
  gate.Forget();
  EXPECT_TRUE(gate.Opens("refused", at(61)));
}

}  // namespace
}  // namespace benari
