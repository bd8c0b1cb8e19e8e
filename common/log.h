#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/strings/string_view.h"

// Structured log lines over spdlog: a constant message, and fields. Thread-safe.
namespace benari::log {

enum class Format { kText, kJson };
bool AbslParseFlag(absl::string_view text, Format* format, std::string* error);
std::string AbslUnparseFlag(Format format);

enum class Level { kDebug, kInfo, kWarning, kError };
bool AbslParseFlag(absl::string_view text, Level* level, std::string* error);
std::string AbslUnparseFlag(Level level);

struct Field {
  absl::string_view key;
  std::variant<int64_t, double, absl::string_view, bool> value;

  Field(absl::string_view k, bool v) : key(k), value(v) {}
  template <typename T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Field(absl::string_view k, T v)
      : key(k), value(static_cast<int64_t>(v)) {}
  Field(absl::string_view k, double v) : key(k), value(v) {}
  template <typename T>
  requires std::is_convertible_v<T, absl::string_view> Field(absl::string_view k, const T& v)
      : key(k), value(absl::string_view(v)) {}
};
using Fields = std::initializer_list<Field>;

// Lines go to stderr. text: `2026-01-31 12:00:00.000 I message key=value`; json: one object a line with
// time, level, message and the fields. Call once, before any thread logs.
void Init(Format format, Level level);

void Debug(absl::string_view message, Fields fields = {});
void Info(absl::string_view message, Fields fields = {});
void Warning(absl::string_view message, Fields fields = {});
void Error(absl::string_view message, Fields fields = {});

}  // namespace benari::log
