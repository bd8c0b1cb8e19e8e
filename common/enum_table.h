#pragma once

#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Tables of what stands for the values of an enumeration: its words in logs, metrics and flags, or its values
// in a contract. One constexpr array of EnumRow for each, checked with static_assert(IsWhole(…)). Pure.
namespace benari {

template <typename Enum, typename Other = const char*>
struct EnumRow {
  Enum value;
  Other other;
};

// True if the enumeration has a name for `value`: g++ and clang write one that has none as a cast.
template <auto value>
constexpr bool HasName() {
  return std::string_view(__PRETTY_FUNCTION__).find("value = (") == std::string_view::npos;
}

// True if the table has one row for each value of the enumeration, in their order.
template <typename Enum, typename Other, size_t N>
constexpr bool IsWhole(const EnumRow<Enum, Other> (&table)[N]) {
  for (size_t i = 0; i < N; ++i) {
    if (static_cast<size_t>(table[i].value) != i) return false;
  }
  return !HasName<static_cast<Enum>(N)>();
}

// What stands for `value` in a table that is whole.
template <typename Enum, typename Other, size_t N>
constexpr Other Translate(const EnumRow<Enum, Other> (&table)[N], Enum value) {
  assert(static_cast<size_t>(value) < N);
  return table[static_cast<size_t>(value)].other;
}

// For AbslParseFlag: sets the value whose word `text` is. Without one, false, and "accepted is a, b or c".
template <typename Enum, size_t N>
bool ParseWord(absl::string_view text, const EnumRow<Enum> (&table)[N], Enum* value, std::string* error) {
  *error = "accepted is ";
  for (size_t i = 0; i < N; ++i) {
    if (text == table[i].other) return *value = table[i].value, true;
    absl::StrAppend(error, i == 0 ? "" : i + 1 == N ? " or " : ", ", table[i].other);
  }
  return false;
}

}  // namespace benari
