#include "common/http/path.h"

#include <gtest/gtest.h>

namespace benari::http {
namespace {

TEST(PathOf, IsDecodedAndHasNoQuery) {
  EXPECT_EQ(PathOf("/calls/1732350000.12"), "/calls/1732350000.12");
  EXPECT_EQ(PathOf("/calls/a%2Fb%3Fc%20d"), "/calls/a/b?c d");
  EXPECT_EQ(PathOf("/calls?limit=%31#x"), "/calls");
  EXPECT_EQ(PathOf(""), "");
}

TEST(PathOf, WhatIsNoEncodingStays) {
  EXPECT_EQ(PathOf("/%"), "/%");
  EXPECT_EQ(PathOf("/%4"), "/%4");
  EXPECT_EQ(PathOf("/%4G%41"), "/%4GA");
}

TEST(QueryOf, IsWhatWasSent) {
  EXPECT_EQ(QueryOf("/calls?limit=%31&to=%2B1#x?y"), "limit=%31&to=%2B1");
  EXPECT_EQ(QueryOf("/calls?a?b"), "a?b");
  EXPECT_EQ(QueryOf("/calls?"), "");
  EXPECT_EQ(QueryOf("/calls#?x"), "");
  EXPECT_EQ(QueryOf("/calls"), "");
}

}  // namespace
}  // namespace benari::http
