#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Tables that map the values of an enumeration to words in logs, metrics and flags, or to the values of a
// contract: one constexpr array of EnumRow each, checked with static_assert(IsWhole(…)). Pure.
namespace benari {

template <typename Enum, typename Other = const char*>
struct EnumRow {
  Enum value;
  Other other;
};

// Returns true if the enumeration has a name for `value`: g++ and clang print one without a name as a cast.
template <auto value>
constexpr bool HasName() {
  return std::string_view(__PRETTY_FUNCTION__).find("value = (") == std::string_view::npos;
}

// Returns true if the table has one row for each value of the enumeration, in their order.
template <typename Enum, typename Other, size_t N>
constexpr bool IsWhole(const EnumRow<Enum, Other> (&table)[N]) {
  for (size_t i = 0; i < N; ++i) {
    if (static_cast<size_t>(table[i].value) != i) return false;
  }
  return !HasName<static_cast<Enum>(N)>();
}

// Returns what `value` maps to in a table that is whole.
template <typename Enum, typename Other, size_t N>
constexpr Other Translate(const EnumRow<Enum, Other> (&table)[N], Enum value) {
  assert(static_cast<size_t>(value) < N);
  return table[static_cast<size_t>(value)].other;
}

// Returns the values of an enumeration in the order of its table.
template <typename Enum, typename Other, size_t N>
constexpr std::array<Enum, N> ValuesOf(const EnumRow<Enum, Other> (&table)[N]) {
  std::array<Enum, N> values{};
  for (size_t i = 0; i < N; ++i) values[i] = table[i].value;
  return values;
}

// For AbslParseFlag: sets the value whose word `text` is. Returns false if there is none, and `error` is then
// "accepted is a, b or c".
template <typename Enum, size_t N>
bool ParseWord(absl::string_view text, const EnumRow<Enum> (&table)[N], Enum* value, std::string* error) {
  *error = "accepted is ";
  for (size_t i = 0; i < N; ++i) {
    if (text == table[i].other) return *value = table[i].value, true;
    absl::StrAppend(error, i == 0 ? "" : i + 1 == N ? " or " : ", ", table[i].other);
  }
  return false;
}

// Sets the value whose word `text` is. INVALID_ARGUMENT lists the words and leaves `value` unchanged.
template <typename Enum, size_t N>
absl::Status ChooseWord(absl::string_view text, const EnumRow<Enum> (&table)[N], Enum* value) {
  std::string error;
  if (ParseWord(text, table, value, &error)) return absl::OkStatus();
  return absl::InvalidArgumentError(error);
}

}  // namespace benari
