#include "tests/harness/asterisk_config.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace benari::e2e {
namespace {

TEST(WithSetting, ReplacesTheOneLine) {
  EXPECT_EQ(WithSetting("[a]\nport = 1\nx = 2\n", "port", "77"), "[a]\nport = 77\nx = 2\n");
}

TEST(WithSetting, RefusesWhatIsNotThereExactlyOnce) {
  EXPECT_THROW(WithSetting("[a]\n;port = 1\n", "port", "77"), std::runtime_error);
  EXPECT_THROW(WithSetting("[a]\nport = 1\nport = 2\n", "port", "77"), std::runtime_error);
}

}  // namespace
}  // namespace benari::e2e
