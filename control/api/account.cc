#include "control/api/account.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/small_file.h"

namespace benari::control::api {

namespace {

constexpr size_t kMaxBytes = 4096;
constexpr size_t kSidDigits = 32;
constexpr size_t kFewestTokenBytes = 16;

absl::Status Refuse(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": accepted is ", what));
}

bool IsSid(absl::string_view text) {
  return absl::ConsumePrefix(&text, "AC") && text.size() == kSidDigits &&
         std::all_of(text.begin(), text.end(), absl::ascii_isxdigit);
}

bool IsToken(absl::string_view text) {
  return text.size() >= kFewestTokenBytes && std::all_of(text.begin(), text.end(), absl::ascii_isgraph);
}

absl::Status ReadLine(int number, absl::string_view line, Account* account) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(':', 1));
  const absl::string_view name = absl::StripAsciiWhitespace(parts.first);
  const absl::string_view value = absl::StripAsciiWhitespace(parts.second);
  if (name == "account_sid") {
    if (!IsSid(value)) return Refuse(number, "account_sid: AC and 32 hexadecimal digits");
    if (!account->sid.empty()) return Refuse(number, "one account_sid");
    account->sid = std::string(value);
  } else if (name == "auth_token") {
    if (!IsToken(value)) return Refuse(number, "auth_token: 16 or more visible ASCII characters");
    if (!account->token.empty()) return Refuse(number, "one auth_token");
    account->token = std::string(value);
  } else {
    return Refuse(number, "account_sid: … or auth_token: …");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Account> ParseAccount(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // as editors of Windows begin a file
  Account account;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || absl::StartsWith(line, "#")) continue;
    const absl::Status read = ReadLine(number, line, &account);
    if (!read.ok()) return read;
  }
  if (account.sid.empty()) return absl::InvalidArgumentError("a line account_sid: AC… is missing");
  if (account.token.empty()) return absl::InvalidArgumentError("a line auth_token: … is missing");
  return account;
}

absl::StatusOr<Account> ReadAccountFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSmallFile(path, kMaxBytes);
  if (!text.ok())
    return absl::InvalidArgumentError(absl::StrCat(
        text.status().message(), "; accepted is a file with the lines account_sid: AC… and auth_token: …"));
  return ParseAccount(*text);
}

}  // namespace benari::control::api
