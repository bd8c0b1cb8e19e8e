#include "common/shown.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace benari {
namespace {

TEST(Shown, StaysOnOneLineAndIsCut) {
  EXPECT_EQ(Shown(""), "''");
  EXPECT_EQ(Shown("a\nb\x01\xff"), "'a\\nb\\x01\\xff'");
  const std::string most(kMaxShownBytes, 'x');
  EXPECT_EQ(Shown(most), absl::StrCat("'", most, "'"));
  EXPECT_EQ(Shown(most + "y"), absl::StrCat("'", most, "...' (61 bytes)"));
  EXPECT_EQ(Shortened(most + "y"), absl::StrCat(most, "..."));
}

}  // namespace
}  // namespace benari
