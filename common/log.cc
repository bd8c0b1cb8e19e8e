#include "common/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/enum_table.h"
#include "common/journal.h"
#include "common/log_line.h"
#include "common/log_output.h"
#include "common/log_queue.h"

namespace benari::log {

namespace {

constexpr size_t kMaxWaitingBytes = 1 << 20;  // some 7000 lines
constexpr std::chrono::seconds kFlushAtMost{1};

Format g_format = Format::kText;
bool g_journal = false;

bool NeedsQuotes(absl::string_view text) {
  if (text.empty()) return true;
  for (const unsigned char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return true;
  }
  return false;
}

std::string Dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Most texts need no escaping; these are quoted without the JSON library.
void AppendQuoted(absl::string_view text, std::string* out) {
  for (const unsigned char c : text) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\') {
      out->append(Dump(std::string(text)));
      return;
    }
  }
  absl::StrAppend(out, "\"", text, "\"");
}

nlohmann::json ToJson(const Field& field) {
  if (const auto* text = std::get_if<absl::string_view>(&field.value)) return std::string(*text);
  if (const auto* integer = std::get_if<int64_t>(&field.value)) return *integer;
  if (const auto* number = std::get_if<double>(&field.value)) return *number;
  return std::get<bool>(field.value);
}

void AppendValue(const Field& field, std::string* out) {
  if (const auto* text = std::get_if<absl::string_view>(&field.value)) return AppendQuoted(*text, out);
  if (const auto* integer = std::get_if<int64_t>(&field.value)) return absl::StrAppend(out, *integer);
  out->append(Dump(ToJson(field)));
}

std::string ToText(const Field& field) {
  const auto* text = std::get_if<absl::string_view>(&field.value);
  if (text == nullptr || NeedsQuotes(*text)) return Dump(ToJson(field));
  return std::string(*text);
}

// The prefixes by which the journal knows the level of a line.
constexpr EnumRow<Level> kJournalPrefixes[] = {{Level::kDebug, SD_DEBUG},
                                               {Level::kInfo, SD_INFO},
                                               {Level::kWarning, SD_WARNING},
                                               {Level::kError, SD_ERR}};
static_assert(IsWhole(kJournalPrefixes));

constexpr EnumRow<Level, spdlog::level::level_enum> kSpdlogLevels[] = {{Level::kDebug, spdlog::level::debug},
                                                                       {Level::kInfo, spdlog::level::info},
                                                                       {Level::kWarning, spdlog::level::warn},
                                                                       {Level::kError, spdlog::level::err}};
static_assert(IsWhole(kSpdlogLevels));

spdlog::level::level_enum ToSpdlog(Level level) { return Translate(kSpdlogLevels, level); }

Level FromSpdlog(spdlog::level::level_enum level) {
  for (const auto& row : kSpdlogLevels) {
    if (row.other == level) return row.value;
  }
  return Level::kError;  // spdlog's critical, which nothing here is logged at
}

// Formats the part of a line after time and level.
std::string Payload(absl::string_view message, absl::Span<const Field> fields) {
  std::string line;
  if (g_format == Format::kJson) {
    // The pattern opens the object with time and level.
    line = ",\"message\":";
    AppendQuoted(message, &line);
    for (const Field& field : fields) {
      line.push_back(',');
      AppendQuoted(field.key, &line);
      line.push_back(':');
      AppendValue(field, &line);
    }
    line.push_back('}');
  } else {
    line = std::string(message);
    for (const Field& field : fields) absl::StrAppend(&line, " ", field.key, "=", ToText(field));
  }
  return line;
}

// An object is whole by itself, and has its time in the journal too.
const char* Pattern() {
  if (g_format == Format::kJson) return R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l"%v)";
  return g_journal ? "%v" : "%Y-%m-%d %H:%M:%S.%e %L %v";
}

void AppendPrefix(Level level, spdlog::memory_buf_t* line) {
  if (!g_journal) return;
  const absl::string_view prefix = Translate(kJournalPrefixes, level);
  line->append(prefix.data(), prefix.data() + prefix.size());
}

std::string DroppedLine(uint64_t count) {
  const std::string payload =
      Payload("log lines dropped: nobody read stderr, or it could not be written", {{"count", count}});
  spdlog::pattern_formatter formatter(Pattern());
  spdlog::memory_buf_t line;
  AppendPrefix(Level::kWarning, &line);
  formatter.format(spdlog::details::log_msg("", spdlog::level::warn, payload), line);
  return {line.data(), line.size()};
}

LogQueue& Output() {
  static auto* const queue = new LogQueue(STDERR_FILENO, kMaxWaitingBytes, DroppedLine);
  return *queue;
}

class QueueSink : public spdlog::sinks::base_sink<std::mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    AppendPrefix(FromSpdlog(message.level), &line);
    formatter_->format(message, line);
    Output().Push({line.data(), line.size()});
  }
  void flush_() override {}
};

}  // namespace

void Write(Level level, absl::string_view message, absl::Span<const Field> fields) {
  spdlog::logger* logger = spdlog::default_logger_raw();
  if (!logger->should_log(ToSpdlog(level))) return;
  const std::string line = Payload(message, fields);
  logger->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void Init(Format format, Level level) {
  g_format = format;
  g_journal = StderrIsJournal();
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<QueueSink>());
  logger->set_pattern(Pattern());
  logger->set_level(ToSpdlog(level));
  spdlog::set_default_logger(std::move(logger));
  [[maybe_unused]] static const int at_exit = std::atexit(Flush);
}

void Flush() { Output().Flush(kFlushAtMost); }
uint64_t DroppedLines() { return Output().dropped(); }

void Debug(absl::string_view message, Fields fields) { Write(Level::kDebug, message, fields); }
void Info(absl::string_view message, Fields fields) { Write(Level::kInfo, message, fields); }
void Warning(absl::string_view message, Fields fields) { Write(Level::kWarning, message, fields); }
void Error(absl::string_view message, Fields fields) { Write(Level::kError, message, fields); }

namespace {
constexpr EnumRow<Format> kFormats[] = {{Format::kText, "text"}, {Format::kJson, "json"}};
static_assert(IsWhole(kFormats));
constexpr EnumRow<Level> kLevels[] = {
    {Level::kDebug, "debug"}, {Level::kInfo, "info"}, {Level::kWarning, "warning"}, {Level::kError, "error"}};
static_assert(IsWhole(kLevels));
}  // namespace

bool AbslParseFlag(absl::string_view text, Format* format, std::string* error) {
  return ParseWord(text, kFormats, format, error);
}

std::string AbslUnparseFlag(Format format) { return Translate(kFormats, format); }

bool AbslParseFlag(absl::string_view text, Level* level, std::string* error) {
  return ParseWord(text, kLevels, level, error);
}

std::string AbslUnparseFlag(Level level) { return Translate(kLevels, level); }

}  // namespace benari::log
