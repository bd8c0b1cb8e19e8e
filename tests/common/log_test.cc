#include "common/log.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

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

}  // namespace
}  // namespace benari::log
