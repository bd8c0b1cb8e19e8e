#include "common/log.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/log_output.h"

namespace benari::log {
namespace {

// The one line that was written, as a machine reads it.
nlohmann::json Logged(absl::string_view message, Fields fields) {
  testing::internal::CaptureStderr();
  Init(Format::kJson, Level::kInfo);
  Info(message, fields);
  Flush();
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  return nlohmann::json::parse(line, nullptr, false);
}

TEST(JsonLog, CarriesEveryKindOfValue) {
  const auto line = Logged("call started", {{"call", "1769860800.1"},
                                            {"calls", 3},
                                            {"below", -7},
                                            {"jitter_ms", 1.25},
                                            {"draining", true},
                                            {"empty", ""}});
  EXPECT_EQ(line["message"], "call started");
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["call"], "1769860800.1");
  EXPECT_EQ(line["calls"], 3);
  EXPECT_EQ(line["below"], -7);
  EXPECT_EQ(line["jitter_ms"], 1.25);
  EXPECT_EQ(line["draining"], true);
  EXPECT_EQ(line["empty"], "");
}

TEST(JsonLog, WhateverAStrangerSendsIsOneStringOfOneLine) {
  for (const std::string text :
       {"\"", "\\", "a\nb", "a\tb", "{\"level\":\"error\"}", "\x7f", "größer", "\x1b[31m"}) {
    const auto line = Logged(text, {{"why", text}});
    EXPECT_EQ(line["why"], text);
    EXPECT_EQ(line["message"], text);
    EXPECT_EQ(line["level"], "info");
  }
  EXPECT_EQ(Logged("x", {{"why", "\xff"}})["why"], "\xef\xbf\xbd") << "what is no UTF-8 is replaced";
}

// What is written while stderr is the journal; by default it is.
std::string InJournal(Format format, bool stream_is_stderr = true) {
  testing::internal::CaptureStderr();
  struct stat file = {};
  fstat(STDERR_FILENO, &file);
  setenv("JOURNAL_STREAM", absl::StrCat(file.st_dev, ":", file.st_ino + (stream_is_stderr ? 0 : 1)).c_str(),
         1);
  Init(format, Level::kDebug);
  Debug("a");
  Info("b", {{"call", "1"}});
  Warning("c");
  Error("d");
  Flush();
  unsetenv("JOURNAL_STREAM");
  return testing::internal::GetCapturedStderr();
}

TEST(JournalLog, LinesHaveTheirLevelAndNoTimeOfTheirOwn) {
  EXPECT_EQ(InJournal(Format::kText), "<7>a\n<6>b call=1\n<4>c\n<3>d\n");
}

TEST(JournalLog, AnObjectIsWhole) {
  EXPECT_THAT(InJournal(Format::kJson),
              testing::MatchesRegex("<7>[{]\"time\":\"[^\"]+\",\"level\":\"debug\"(.|\n)*"));
}

TEST(JournalLog, AnotherStreamIsNone) {
  EXPECT_THAT(InJournal(Format::kText, /*stream_is_stderr=*/false), testing::StartsWith("20"));
}

}  // namespace
}  // namespace benari::log
