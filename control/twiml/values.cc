#include "control/twiml/values.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::control::twiml {

namespace {

constexpr size_t kShownBytes = 20;  // of an entity, in an error

// XML 1.0, 2.2.
bool IsXmlCharacter(uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

// Bytes of a character that begins with `lead`, and the least character of so many bytes; 0: none does.
size_t LengthOf(unsigned char lead, uint32_t* least) {
  *least = lead < 0x80 ? 0 : lead < 0xE0 ? 0x80 : lead < 0xF0 ? 0x800 : 0x10000;
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

void AppendUtf8(uint32_t c, std::string* text) {
  const auto append = [text](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (c < 0x80) return append(c);
  if (c < 0x800) {
    append(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      append(0xE0 | c >> 12);
    } else {
      append(0xF0 | c >> 18);
      append(0x80 | (c >> 12 & 0x3F));
    }
    append(0x80 | (c >> 6 & 0x3F));
  }
  append(0x80 | (c & 0x3F));
}

// What stands between "&#" and ";".
std::optional<uint32_t> ReadReference(absl::string_view digits) {
  const bool hexadecimal = absl::ConsumePrefix(&digits, "x");
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  uint32_t value = 0;
  for (const char c : digits) {
    const bool good = hexadecimal ? absl::ascii_isxdigit(static_cast<unsigned char>(c))
                                  : absl::ascii_isdigit(static_cast<unsigned char>(c));
    if (!good) return std::nullopt;
    const int digit = absl::ascii_isdigit(static_cast<unsigned char>(c)) ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * (hexadecimal ? 16 : 10) + static_cast<uint32_t>(digit);
  }
  if (!IsXmlCharacter(value)) return std::nullopt;
  return value;
}

std::optional<uint32_t> ReadEntity(absl::string_view name) {
  if (absl::ConsumePrefix(&name, "#")) return ReadReference(name);
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  return std::nullopt;
}

}  // namespace

bool IsXmlText(absl::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    uint32_t least = 0;
    const size_t length = LengthOf(lead, &least);
    if (length == 0 || length > text.size()) return false;
    uint32_t c = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (const char next : text.substr(1, length - 1)) {
      if ((next & 0xC0) != 0x80) return false;
      c = c << 6 | (next & 0x3Fu);
    }
    if (c < least || !IsXmlCharacter(c)) return false;
    text.remove_prefix(length);
  }
  return true;
}

absl::StatusOr<std::string> Unescape(absl::string_view raw) {
  std::string text;
  while (true) {
    const size_t ampersand = raw.find('&');
    absl::StrAppend(&text, raw.substr(0, ampersand));
    if (ampersand == absl::string_view::npos) return text;
    raw.remove_prefix(ampersand + 1);
    const size_t semicolon = raw.find(';');
    const auto character =
        semicolon == absl::string_view::npos ? std::nullopt : ReadEntity(raw.substr(0, semicolon));
    if (!character.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("accepted after & is amp; lt; gt; quot; apos; or the number of a character, not '",
                       absl::CHexEscape(raw.substr(0, std::min(semicolon, kShownBytes))), "'"));
    }
    AppendUtf8(*character, &text);
    raw.remove_prefix(semicolon + 1);
  }
}

}  // namespace benari::control::twiml
