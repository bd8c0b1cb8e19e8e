#include "media/link/credentials.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace benari::media {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(CredentialsTest, HeadersTokenAndBearer) {
  const auto read = ParseCredentials(
      "# of the sales bot\r\nauth_token: 12345\r\n\nbearer:  s3cret \nOrigin: https://pbx.example\nX-Key:a:b "
      "c\n");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(
      read->HeadersFor("wss://bot.example/calls/1?x=y"),
      ElementsAre(Pair("Authorization", "Bearer s3cret"), Pair("Origin", "https://pbx.example"),
                  Pair("X-Key", "a:b c"), Pair("X-Twilio-Signature", "rxxmGMCjQv9HOalmKg708cQIHbM=")));
  EXPECT_THAT(Credentials().HeadersFor("wss://bot.example"), IsEmpty());
}

TEST(CredentialsTest, EachMistakeIsOneLineThatShowsNoSecret) {
  const struct {
    const char* text;
    const char* error;
  } kTable[] = {
      {"X: y\ngeheim", "line 2: accepted is NAME: VALUE"},
      {"X Y: geheim", "line 1: accepted is NAME: VALUE"},
      {": geheim", "line 1: accepted is NAME: VALUE"},
      {"X:", "line 1: accepted is a value of visible ASCII"},
      {"X: geheim\x01", "line 1: accepted is a value of visible ASCII"},
      {"X: geheim\xc3\xa4", "line 1: accepted is a value of visible ASCII"},
      {"x: geheim\nX: geheim", "line 2: X is given twice"},
      {"bearer: geheim\nauthorization: geheim", "line 2: authorization is given twice"},
      {"auth_token: geheim\nauth_token: geheim", "line 2: auth_token is given twice"},
      {"host: geheim", "line 1: Host is set by the handshake itself"},
      {"Sec-WebSocket-Key: geheim", "line 1: Sec-WebSocket-Key is set by the handshake itself"},
      {"auth_token: geheim\nx-twilio-signature: geheim",
       "X-Twilio-Signature and auth_token exclude each other"},
  };
  for (const auto& row : kTable) {
    const auto read = ParseCredentials(row.text);
    ASSERT_FALSE(read.ok()) << row.text;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(row.error));
    EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("geheim")));
  }
}

TEST(CredentialsTest, ANameCannotLeaveTheFolder) {
  for (const char* good : {"sales", "sales.v2", "A-b_c.9"})
    EXPECT_TRUE(CheckCredentialName(good).ok()) << good;
  const std::string with_nul("a\0b", 3);
  for (const std::string& bad : {std::string(), std::string("."), std::string(".."), std::string(".hidden"),
                                 std::string("a/b"), std::string("../a"), std::string("a b"),
                                 std::string("a\n"), std::string("ä"), std::string(65, 'a'), with_nul}) {
    EXPECT_FALSE(CheckCredentialName(bad).ok()) << bad;
  }
}

class CredentialFileTest : public ::testing::Test {
 protected:
  CredentialFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "benari_credentials.XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  ~CredentialFileTest() override { std::filesystem::remove_all(dir_); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ + "/" + name) << text;
  }
  std::string ErrorOf(const std::string& name) const {
    const auto read = ReadCredentials(dir_, name);
    return read.ok() ? "" : std::string(read.status().message());
  }

  std::string dir_;
};

TEST_F(CredentialFileTest, IsReadAnewEachTime) {
  Write("sales", "bearer: one\n");
  EXPECT_THAT(ReadCredentials(dir_, "sales")->HeadersFor(""),
              ElementsAre(Pair("Authorization", "Bearer one")));
  Write("sales", "bearer: two\n");
  EXPECT_THAT(ReadCredentials(dir_, "sales")->HeadersFor(""),
              ElementsAre(Pair("Authorization", "Bearer two")));
}

TEST_F(CredentialFileTest, ErrorsNameTheFileAndTheLine) {
  EXPECT_EQ(ErrorOf("sales"),
            absl::StrCat("credential 'sales' (", dir_, "/sales): No such file or directory"));
  Write("sales", "X: y\nrubbish\n");
  EXPECT_THAT(ErrorOf("sales"),
              HasSubstr(absl::StrCat("credential 'sales' (", dir_, "/sales): line 2: accepted is")));
  Write("large", std::string(16 * 1024 + 1, '#'));
  EXPECT_THAT(ErrorOf("large"), HasSubstr("at most 16384 bytes"));
  std::filesystem::create_directory(dir_ + "/folder");
  EXPECT_THAT(ErrorOf("folder"), HasSubstr("accepted is a regular file"));
  ASSERT_EQ(mkfifo((dir_ + "/fifo").c_str(), 0600), 0);
  EXPECT_THAT(ErrorOf("fifo"), HasSubstr("accepted is a regular file"));
  EXPECT_THAT(ErrorOf("../sales"), HasSubstr("accepted is a name of"));
  EXPECT_THAT(std::string(ReadCredentials("", "sales").status().message()),
              HasSubstr("--bot_credentials_dir is not set"));
}

}  // namespace
}  // namespace benari::media
