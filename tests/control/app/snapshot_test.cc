#include "control/app/snapshot.h"

#include <gtest/gtest.h>

namespace benari::control {
namespace {

TEST(CreationTime, IsReadAsAsteriskWritesIt) {
  const auto at = ParseCreationTime("2026-01-31T12:00:00.250+0000");
  ASSERT_TRUE(at.has_value());
  EXPECT_EQ(*at, *ParseCreationTime("2026-01-31T13:00:00.250+0100"));
  EXPECT_EQ(*at - *ParseCreationTime("2026-01-31T11:59:59.000+0000"), std::chrono::milliseconds(1250));
  for (const char* text : {"", "yesterday", "2026-01-31"})
    EXPECT_FALSE(ParseCreationTime(text).has_value()) << text;
}

}  // namespace
}  // namespace benari::control
