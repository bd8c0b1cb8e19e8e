#include "control/api/account.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

namespace benari::control::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSid[] = "AC0123456789abcdef0123456789abcdef";
constexpr char kToken[] = "0123456789abcdef";

std::string WhyNot(const std::string& text) { return std::string(ParseAccount(text).status().message()); }

TEST(Account, HasASidAndAToken) {
  for (const std::string& text :
       {absl::StrCat("account_sid: ", kSid, "\nauth_token: ", kToken, "\n"),
        absl::StrCat("\xEF\xBB\xBF# of the bots\r\n\r\nauth_token:", kToken, "\r\n account_sid : ", kSid)}) {
    const auto account = ParseAccount(text);
    ASSERT_TRUE(account.ok()) << account.status();
    EXPECT_EQ(account->sid, kSid);
    EXPECT_EQ(account->token, kToken);
  }
}

TEST(Account, WhatIsWrongIsSaidWithoutTheToken) {
  const std::string sid = absl::StrCat("account_sid: ", kSid, "\n");
  const std::string token = absl::StrCat("auth_token: ", kToken, "\n");
  EXPECT_EQ(WhyNot(""), "a line account_sid: AC… is missing");
  EXPECT_EQ(WhyNot(sid), "a line auth_token: … is missing");
  EXPECT_EQ(WhyNot(token), "a line account_sid: AC… is missing");
  EXPECT_EQ(WhyNot("account_sid: AC12\n"), "line 1: accepted is account_sid: AC and 32 hexadecimal digits");
  EXPECT_EQ(WhyNot(sid + sid), "line 2: accepted is one account_sid");
  EXPECT_EQ(WhyNot(token + token), "line 2: accepted is one auth_token");
  for (const char* secret :
       {"geheim", "geheim with spaces in it", "geheim\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}) {
    const std::string why = WhyNot(absl::StrCat(sid, "auth_token: ", secret, "\n"));
    EXPECT_EQ(why, "line 2: accepted is auth_token: 16 or more visible ASCII characters");
  }
  const std::string why = WhyNot(absl::StrCat(kToken, "\n"));
  EXPECT_EQ(why, "line 1: accepted is account_sid: … or auth_token: …");
  EXPECT_THAT(why, Not(HasSubstr(kToken)));
}

TEST(Account, AFileThatCannotBeReadIsSaid) {
  EXPECT_THAT(std::string(ReadAccountFile("/").status().message()), HasSubstr("it is a directory"));
  EXPECT_EQ(
      ReadAccountFile("/no/such/file").status().message(),
      "No such file or directory; accepted is a file with the lines account_sid: AC… and auth_token: …");
}

}  // namespace
}  // namespace benari::control::api
