#include "common/plain_name.h"

#include <gtest/gtest.h>

#include <string>

namespace benari {
namespace {

TEST(PlainName, NamesAFileOfItsFolder) {
  for (const std::string name : {"a", "sales", "Sales_2.token", "a..b", "-", "_"})
    EXPECT_TRUE(IsPlainName(name)) << name;
  EXPECT_TRUE(IsPlainName(std::string(kMaxPlainNameBytes, 'a')));
}

TEST(PlainName, NamesNoOtherFile) {
  for (const std::string name :
       {"", ".", "..", ".hidden", "../key", "a/b", "/etc/passwd", "a b", "\xC3\xA4", "a\n"})
    EXPECT_FALSE(IsPlainName(name)) << name;
  EXPECT_FALSE(IsPlainName(std::string("a\0b", 3)));
  EXPECT_FALSE(IsPlainName(std::string(kMaxPlainNameBytes + 1, 'a')));
}

}  // namespace
}  // namespace benari
