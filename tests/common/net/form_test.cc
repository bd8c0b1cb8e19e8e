#include "common/net/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(FormTest, Encodes) {
  EXPECT_EQ(EncodeForm({}), "");
  EXPECT_EQ(EncodeForm({{"From", "+1 415"}, {"a&b=c", "\xc3\xa4%"}, {"Empty", ""}}),
            "From=%2B1+415&a%26b%3Dc=%C3%A4%25&Empty=");
}

TEST(FormTest, Parses) {
  EXPECT_THAT(ParseForm(""), IsEmpty());
  EXPECT_THAT(ParseForm("From=%2B1+415&a%26b%3dc=%c3%A4%25&Empty=&&Alone&x=y=z"),
              ElementsAre(Pair("From", "+1 415"), Pair("a&b=c", "\xc3\xa4%"), Pair("Empty", ""),
                          Pair("Alone", ""), Pair("x", "y=z")));
  EXPECT_THAT(ParseForm("a=1&a=2"), ElementsAre(Pair("a", "1"), Pair("a", "2")));
}

TEST(FormTest, WhatIsNoEncodingStays) {
  EXPECT_THAT(
      ParseForm("a=%&b=%4&c=%zz&d=%4&e=100%25%"),
      ElementsAre(Pair("a", "%"), Pair("b", "%4"), Pair("c", "%zz"), Pair("d", "%4"), Pair("e", "100%%")));
}

TEST(FormTest, ReadsWhatItWrites) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const Form form = {{all, all}, {"x", ""}};
  EXPECT_EQ(ParseForm(EncodeForm(form)), form);
}

}  // namespace
}  // namespace benari::net
