#include "control/api_flags.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"

ABSL_DECLARE_FLAG(std::string, api_account_file);

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The API is served nowhere, as by default.
class ApiFlagsTest : public ::testing::Test {
 protected:
  ApiFlagsTest() : path_(::testing::TempDir() + "api_flags_" + std::to_string(getpid())) {}
  ~ApiFlagsTest() override { std::remove(path_.c_str()); }

  ApiConfig Read(const std::string& text) {
    std::ofstream(path_) << text;
    absl::SetFlag(&FLAGS_api_account_file, path_);
    return ReadApiFlags(errors_);
  }

  FlagErrors errors_;
  const std::string path_;

 private:
  absl::FlagSaver saver_;
};

TEST_F(ApiFlagsTest, TheTokenOfWebhooksIsThereWithoutAnApi) {
  const ApiConfig config =
      Read("account_sid: AC0123456789abcdef0123456789abcdef\nauth_token: 0123456789abcdef\n");
  EXPECT_THAT(errors_.lines(), IsEmpty());
  EXPECT_EQ(config.account.token, "0123456789abcdef");
}

TEST_F(ApiFlagsTest, ABrokenFileIsSaidWithoutAnApi) {
  Read("auth_token: 0123456789abcdef\n");
  EXPECT_THAT(errors_.lines(), ElementsAre(HasSubstr(path_ + ": a line account_sid: AC… is missing")));
}

TEST_F(ApiFlagsTest, WithoutAFileThereIsNoAccount) {
  EXPECT_EQ(ReadApiFlags(errors_).account.token, "");
  EXPECT_THAT(errors_.lines(), IsEmpty());
}

}  // namespace
}  // namespace benari::control
