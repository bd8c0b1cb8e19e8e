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
    const char *url, *user, *app, *ca_file, *named;
  } kTable[] = {
      {"pbx", "u", "a", "", "scheme"},
      {"http://pbx/ari?api_key=x", "u", "a", "", "query"},
      {"http://pbx", "", "a", "", "user ''"},
      {"http://pbx", "u:v", "a", "", "user 'u:v'"},
      {"http://pbx", "u", "", "", "app ''"},
      {"http://pbx", "u", "a,b", "", "app 'a,b'"},
      {"https://pbx", "u", "a", "/no/such/ca.pem", "CA file '/no/such/ca.pem'"},
  };
  for (const auto& row : kTable) {
    const auto access = MakeAccess(row.url, row.user, "p", row.app, row.ca_file);
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
