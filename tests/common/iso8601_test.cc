#include "common/iso8601.h"

#include <gtest/gtest.h>

#include <chrono>

namespace benari {
namespace {

TEST(Iso8601, IsUtcWithMilliseconds) {
  const Clock::WallTime epoch{};
  EXPECT_EQ(Iso8601(epoch), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Iso8601(epoch + std::chrono::milliseconds(1795894200123)), "2026-11-28T19:30:00.123Z");
}

}  // namespace
}  // namespace benari
