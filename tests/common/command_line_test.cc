#include "common/command_line.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_replace.h"
#include "common/log.h"
#include "common/log_output.h"

ABSL_FLAG(std::string, greeting, "hello", "a text");
ABSL_FLAG(int32_t, calls, 200, "a number");
ABSL_FLAG(double, rate, 0.5, "a fraction");
ABSL_FLAG(int32_t, unread, 3, "a number that nobody reads");
ABSL_FLAG(bool, loud, false, "a switch");
ABSL_FLAG(bool, check, false, "what a service is asked, and no setting of it");

namespace benari {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Flags and files of one run.
class CommandLineTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + "command_line_" + std::to_string(getpid()) + "_" + name;
    std::ofstream(path) << text;
    written_.push_back(path);
    return path;
  }

  // Returns the errors.
  std::vector<std::string> Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "program");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    FlagErrors errors;
    files_ = ParseCommandLine(static_cast<int>(argv.size()), argv.data(), "usage", &errors);
    ReadInRange(FLAGS_calls, 1, 1000, &errors);
    ReadInRange(FLAGS_rate, 0, 2, &errors);
    return errors.lines();
  }

  // What is logged of the files of the last run.
  std::string Warning() {
    testing::internal::CaptureStderr();
    log::Init(log::Format::kText, log::Level::kInfo);
    WarnOfChangedSettings(files_);
    log::Flush();
    return testing::internal::GetCapturedStderr();
  }

  void TearDown() override {
    for (const std::string& path : written_) std::remove(path.c_str());
  }

  std::vector<SettingsFile> files_;

 private:
  absl::FlagSaver saver_;
  std::vector<std::string> written_;
};

TEST_F(CommandLineTest, AFileSetsFlags) {
  const std::string file =
      Write("one", "# a comment\n\n  \t# another\r\ncalls = 7\r\n\tgreeting=a = b # c  \nloud =true");
  EXPECT_THAT(Parse({"--config=" + file}), IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_calls), 7);
  EXPECT_EQ(absl::GetFlag(FLAGS_greeting), "a = b # c");
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
}

TEST_F(CommandLineTest, AnEmptyValueIsAValue) {
  EXPECT_THAT(Parse({"--config", Write("empty", "greeting =")}), IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_greeting), "");
}

TEST_F(CommandLineTest, LaterFilesWinAndTheCommandLineWinsOverAllOfThem) {
  const std::string first = Write("first", "calls = 1\ngreeting = first\nloud = true\n");
  const std::string second = Write("second", "calls = 2\ngreeting = second\n");
  EXPECT_THAT(Parse({"--calls=3", "--config=" + first, "--config", second, "--noloud"}), IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_calls), 3);
  EXPECT_EQ(absl::GetFlag(FLAGS_greeting), "second");
  EXPECT_FALSE(absl::GetFlag(FLAGS_loud));
  EXPECT_THAT(Parse({"--config", second, "--config", first}), IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_greeting), "first");
}

// FILE stands for the path of the file.
TEST_F(CommandLineTest, EveryMistakeIsListedWithItsLine) {
  struct Case {
    std::string text;
    std::vector<std::string> errors;
  };
  const Case cases[] = {
      {"calls = many", {"FILE:1: calls = many: accepted is 1..1000"}},
      {"rate = nan\n", {"FILE:1: rate = nan: accepted is 0..2"}},
      {"calls = 5 # five\nloud = true\t# so\ngreeting = a#b",
       {"FILE:2: loud = true\t# so: accepted is true or false; a comment has a line of its own",
        "FILE:1: calls = 5 # five: accepted is 1..1000; a comment has a line of its own"}},
      {"loud = a#b", {"FILE:1: loud = a#b: accepted is true or false"}},
      {"\ncalls = 1001", {"FILE:2: calls = 1001: accepted is 1..1000"}},
      {"cals = 5\n--calls = 5",
       {"FILE:1: cals = 5: accepted is one of the flags that --help lists",
        "FILE:2: --calls = 5: accepted is one of the flags that --help lists"}},
      {"ari_password = geheim",
       {"FILE:1: ari_password = ***: accepted is one of the flags that --help lists"}},
      {"geheim\n= geheim",
       {"FILE:1: accepted is a line NAME = VALUE, or a comment that begins with #",
        "FILE:2: accepted is a line NAME = VALUE, or a comment that begins with #"}},
      {"calls = 1\ncalls = 1", {"FILE:2: accepted is one value for each name, and calls has one in line 1"}},
      {"config = other\ncheck = true",
       {"FILE:1: config = other: accepted is this name on the command line only",
        "FILE:2: check = true: accepted is this name on the command line only"}},
      {"loud = perhaps\ncalls = 0",
       {"FILE:1: loud = perhaps: accepted is true or false", "FILE:2: calls = 0: accepted is 1..1000"}},
  };
  for (const Case& each : cases) {
    const absl::FlagSaver saver;
    const std::string file = Write("wrong", each.text);
    std::vector<std::string> errors = Parse({"--config=" + file});
    for (std::string& error : errors) error = absl::StrReplaceAll(error, {{file, "FILE"}});
    EXPECT_THAT(errors, ElementsAreArray(each.errors)) << each.text;
  }
}

TEST_F(CommandLineTest, MistakesOfFilesAndOfArgumentsAreListedTogether) {
  const std::string file = Write("wrong", "loud = perhaps");
  EXPECT_THAT(
      Parse({"--config=/nonexistent", "--config=/tmp", "--config=" + file, "--unknown=1", "--calls=0"}),
      ElementsAre(
          "--unknown=1: accepted is one of the flags that --help lists",
          "--config=/nonexistent: No such file or directory; accepted is a file of lines NAME = VALUE",
          "--config=/tmp: it is a directory, which is what a mount makes of a source that is missing; "
          "accepted is a file of lines NAME = VALUE",
          file + ":1: loud = perhaps: accepted is true or false", "--calls=0: accepted is 1..1000"));
}

// The value is the command line's, and so is the mistake.
TEST_F(CommandLineTest, AMistakeOnTheCommandLineDoesNotNameTheFile) {
  EXPECT_THAT(Parse({"--calls=0", "--config=" + Write("right", "calls = 5")}),
              ElementsAre("--calls=0: accepted is 1..1000"));
}

TEST_F(CommandLineTest, WhatIsNoNumberIsToldTheRange) {
  for (const char* text : {"many", "5x", "99999999999", "-99999999999", "5 # five", "1.5", ""}) {
    EXPECT_THAT(Parse({std::string("--calls=") + text}),
                ElementsAre(std::string("--calls=") + text + ": accepted is 1..1000"));
  }
  EXPECT_THAT(Parse({"--rate=2.5"}), ElementsAre("--rate=2.5: accepted is 0..2"));
  EXPECT_THAT(Parse({"--rate=half"}),
              ElementsAre("--rate=half: accepted is 0..2", "--rate=2.5: accepted is 0..2"));
}

// Each with its own place, though a later one wins.
TEST_F(CommandLineTest, EveryValueThatIsNoNumberIsListed) {
  const std::string file = Write("wrong", "calls = many");
  EXPECT_THAT(
      Parse({"--config=" + file, "--calls=more"}),
      ElementsAre(file + ":1: calls = many: accepted is 1..1000", "--calls=more: accepted is 1..1000"));
  EXPECT_THAT(Parse({"--config=" + file, "--calls=5"}),
              ElementsAre(file + ":1: calls = many: accepted is 1..1000"));
}

TEST_F(CommandLineTest, AWrongNumberThatNobodyReadsEndsTheProgramToo) {
  Parse({"--unread=many"});
  EXPECT_EXIT(FlagErrors().ExitIfAny(), ::testing::ExitedWithCode(2),
              "--unread=many: accepted is a value such as 3");
}

TEST_F(CommandLineTest, AByteOrderMarkIsNoPartOfTheFirstName) {
  EXPECT_THAT(Parse({"--config=" + Write("windows",
                                         "\xEF\xBB\xBF"
                                         "calls = 7\r\nloud = true\r\n")}),
              IsEmpty());
  EXPECT_EQ(absl::GetFlag(FLAGS_calls), 7);
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
}

TEST_F(CommandLineTest, AFileThatWasChangedIsFound) {
  const std::string changed = Write("changed", "calls = 5");
  const std::string kept = Write("kept", "calls = 6");
  const std::string gone = Write("gone", "");
  EXPECT_THAT(Parse({"--config", changed, "--config", kept, "--config", gone}), IsEmpty());
  EXPECT_EQ(Warning(), "");
  Write("changed", "calls = 7");
  std::remove(gone.c_str());
  EXPECT_THAT(Warning(), HasSubstr("need a restart"));
  EXPECT_THAT(Warning(), HasSubstr("files=" + changed + "," + gone + "\n"));
}

}  // namespace
}  // namespace benari
