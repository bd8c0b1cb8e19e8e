#include "common/net/form.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/net/url.h"

namespace benari::net {

namespace {

std::string Encode(absl::string_view text) {
  return absl::StrReplaceAll(PercentEncode(text), {{"%20", "+"}});
}

int ValueOf(char digit) { return absl::ascii_isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10; }

std::string Decode(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool encoded = text[i] == '%' && i + 2 < text.size() && absl::ascii_isxdigit(text[i + 1]) &&
                         absl::ascii_isxdigit(text[i + 2]);
    if (encoded) {
      out.push_back(static_cast<char>(ValueOf(text[i + 1]) << 4 | ValueOf(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

}  // namespace

std::string EncodeForm(const Form& form) {
  return absl::StrJoin(form, "&", [](std::string* out, const auto& field) {
    absl::StrAppend(out, Encode(field.first), "=", Encode(field.second));
  });
}

Form ParseForm(absl::string_view text) {
  Form form;
  for (const absl::string_view field : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(field, absl::MaxSplits('=', 1));
    form.emplace_back(Decode(parts.first), Decode(parts.second));
  }
  return form;
}

}  // namespace benari::net
