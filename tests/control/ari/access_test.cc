#include "control/ari/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control::ari {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string TargetOf(const char* url) { return MakeAccess(url, "u", "p", "a", "")->url.target; }

TEST(Access, ThePathDefaultsToAri) {
  EXPECT_EQ(TargetOf("http://pbx"), "/ari");
  EXPECT_EQ(TargetOf("http://pbx/ari"), "/ari");
  EXPECT_EQ(TargetOf("http://pbx/ari/"), "/ari");
  EXPECT_EQ(TargetOf("http://pbx/"), "");
  EXPECT_EQ(TargetOf("http://pbx:1/asterisk/ari"), "/asterisk/ari");
}

TEST(Access, WrongSettingsAreNamed) {
  const struct {
    const char *url, *ca_file, *named;
  } kTable[] = {
      {"pbx", "", "scheme"},
      {"http://pbx/ari?api_key=x", "", "query"},
      {"https://pbx", "/no/such/ca.pem", "CA file '/no/such/ca.pem'"},
  };
  for (const auto& row : kTable) {
    const auto access = MakeAccess(row.url, "u", "p", "a", row.ca_file);
    ASSERT_FALSE(access.ok()) << row.named;
    EXPECT_THAT(std::string(access.status().message()),
                AllOf(HasSubstr(row.named), HasSubstr("accepted is")));
  }
}

TEST(Access, BasicAuthIsRfc7617s) {
  const auto access = MakeAccess("http://pbx", "Aladdin", "open sesame", "a", "");
  ASSERT_TRUE(access.ok());
  EXPECT_EQ(access->BasicAuth(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617 section 2
}

}  // namespace
}  // namespace benari::control::ari
