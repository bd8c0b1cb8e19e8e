#include "control/ari/password.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace benari::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PasswordFileTest : public ::testing::Test {
 protected:
  PasswordFileTest() {
    char name[] = "/tmp/benari-password-test-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~PasswordFileTest() override { std::filesystem::remove_all(folder_); }

  absl::StatusOr<std::string> Read(const std::string& content) {
    const std::string path = folder_ + "/password";
    std::ofstream(path, std::ios::binary) << content;
    return ReadPasswordFile(path);
  }

  std::string folder_;
};

TEST_F(PasswordFileTest, ALineIsRead) {
  for (const char* content : {"geheim", "geheim\n", "geheim\r\n", "geheim \n\n", "\xEF\xBB\xBFgeheim\r\n"}) {
    const auto password = Read(content);
    ASSERT_TRUE(password.ok()) << password.status();
    EXPECT_EQ(*password, "geheim");
  }
  EXPECT_EQ(Read(" gro\xc3\xdf und klein\n").value(), " gro\xc3\xdf und klein");
}

TEST_F(PasswordFileTest, WhatHoldsNoneIsRefusedAndNotShown) {
  for (const std::string content : {"", "\n", "\xEF\xBB\xBF", " \r\n"}) {
    EXPECT_THAT(std::string(Read(content).status().message()),
                HasSubstr("it is empty; accepted is one line"));
  }
  const std::string utf16("\xFF\xFEg\0e\0h\0", 8);
  for (const std::string& content : {std::string("geheim\nzwei"), utf16, std::string(5000, 'g')}) {
    const auto password = Read(content);
    EXPECT_FALSE(password.ok());
    EXPECT_THAT(std::string(password.status().message()), Not(HasSubstr("geheim")));
  }
}

TEST_F(PasswordFileTest, ALineOfAnotherFileIsNoPassword) {
  for (const char* content : {"password = geheim", "Password=geheim\n", "ari_password : geheim",
                              "secret=geheim", "token: geheim", "auth_token: geheim\r\n"}) {
    EXPECT_EQ(Read(content).status().message(),
              "it holds the name of a setting before the secret; accepted is one line of text")
        << content;
  }
  for (const char* content : {"passwords = 1", "my password=1", "password", "=", "a:b=c"}) {
    EXPECT_EQ(Read(content).value(), content);
  }
}

TEST_F(PasswordFileTest, WhatCannotBeReadIsSaid) {
  EXPECT_THAT(std::string(ReadPasswordFile(folder_).status().message()), HasSubstr("it is a directory"));
  EXPECT_THAT(std::string(ReadPasswordFile(folder_ + "/none").status().message()),
              HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace benari::control
