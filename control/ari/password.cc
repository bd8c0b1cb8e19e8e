#include "control/ari/password.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/small_file.h"

namespace benari::control {

namespace {

constexpr size_t kMaxBytes = 4096;
constexpr char kAccepted[] = "accepted is one line of text";

// As a line of ari.conf, of a settings file or of --api_account_file.
bool IsSetting(absl::string_view text) {
  const size_t separator = text.find_first_of("=:");
  if (separator == absl::string_view::npos) return false;
  const std::string name =
      absl::AsciiStrToLower(absl::StripTrailingAsciiWhitespace(text.substr(0, separator)));
  return name == "password" || name == "ari_password" || name == "secret" || name == "token" ||
         name == "auth_token";
}

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, "; ", kAccepted));
}

}  // namespace

absl::StatusOr<std::string> ParsePassword(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // as editors of Windows begin a file
  text = absl::StripTrailingAsciiWhitespace(text);
  if (text.empty()) return Refuse("it is empty");
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return Refuse("it holds several lines, or bytes that are no text, as UTF-16 does");
  }
  if (IsSetting(text)) return Refuse("it holds the name of a setting before the secret");
  return std::string(text);
}

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSmallFile(path, kMaxBytes);
  return text.ok() ? ParsePassword(*text) : Refuse(text.status().message());
}

}  // namespace benari::control
