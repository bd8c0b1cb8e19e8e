#include "control/twiml/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control::twiml {
namespace {

using ::testing::HasSubstr;

TEST(XmlTextTest, EdgesOfUtf8) {
  for (const char* good : {"", "a\tb\r\n", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(IsXmlText(good)) << good;
  for (const char* bad : {"\x01", "\x1f", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2g",
                          "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xef\xbf\xbe", "\xf0\x8f\xbf\xbf",
                          "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
    EXPECT_FALSE(IsXmlText(bad)) << bad;
  EXPECT_FALSE(IsXmlText(absl::string_view("a\0b", 3)));
}

TEST(UnescapeTest, EntitiesAndCharacters) {
  const auto text = Unescape("&lt;a b=&quot;1&apos;&#39;&gt; &amp;amp; &#65;&#x42;&#xe9;&#8364;&#x1F600;");
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "<a b=\"1''> &amp; AB\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(*Unescape(""), "");
}

TEST(UnescapeTest, AnythingElseIsRefused) {
  for (const char* bad : {"a & b", "&", "&;", "&nbsp;", "&AMP;", "&lol9;", "&#;", "&#x;", "&#0;", "&#xD800;",
                          "&#x110000;", "&#999999999;", "&#-1;", "&#12a;", "&#xg;", "&amp", "?a=1&b=2"}) {
    const auto text = Unescape(bad);
    ASSERT_FALSE(text.ok()) << bad;
    EXPECT_THAT(std::string(text.status().message()), HasSubstr("accepted after & is amp;"));
  }
}

}  // namespace
}  // namespace benari::control::twiml
