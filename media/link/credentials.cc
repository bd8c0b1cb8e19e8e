#include "media/link/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/net/twilio.h"
#include "common/plain_name.h"

namespace benari::media {

namespace {

constexpr size_t kMaxFileBytes = 16 * 1024;
constexpr absl::string_view kAuthToken = "auth_token";
constexpr absl::string_view kBearer = "bearer";

// Headers that the handshake sets itself (RFC 6455 4.1).
constexpr std::array<absl::string_view, 9> kReserved = {"Host",
                                                        "Connection",
                                                        "Upgrade",
                                                        "Sec-WebSocket-Key",
                                                        "Sec-WebSocket-Version",
                                                        "Content-Length",
                                                        "Transfer-Encoding",
                                                        "Sec-WebSocket-Extensions",
                                                        "Expect"};

bool IsTokenCharacter(char c) {  // RFC 9110 5.6.2
  return absl::ascii_isalnum(c) || absl::StrContains("!#$%&'*+-.^_`|~", absl::string_view(&c, 1));
}
bool IsValueCharacter(char c) { return absl::ascii_isprint(c) || c == '\t'; }

absl::Status Refuse(absl::string_view what) { return absl::InvalidArgumentError(what); }

bool Has(const Credentials& credentials, absl::string_view name) {
  return std::any_of(credentials.headers.begin(), credentials.headers.end(),
                     [name](const auto& header) { return absl::EqualsIgnoreCase(header.first, name); });
}

absl::Status AddHeader(absl::string_view name, absl::string_view value, Credentials* credentials) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsTokenCharacter)) {
    return Refuse("accepted is NAME: VALUE with a header's name, auth_token or bearer");
  }
  for (const absl::string_view reserved : kReserved) {
    if (absl::EqualsIgnoreCase(name, reserved)) {
      return Refuse(absl::StrCat(reserved, " is set by the handshake itself"));
    }
  }
  if (Has(*credentials, name)) return Refuse(absl::StrCat(name, " is given twice"));
  credentials->headers.emplace_back(name, value);
  return absl::OkStatus();
}

absl::Status ReadLine(absl::string_view line, Credentials* credentials) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) {
    return Refuse("accepted is NAME: VALUE with a header's name, auth_token or bearer");
  }
  const absl::string_view name = absl::StripTrailingAsciiWhitespace(line.substr(0, colon));
  const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
  if (value.empty() || !std::all_of(value.begin(), value.end(), IsValueCharacter)) {
    return Refuse("accepted is a value of visible ASCII characters");
  }
  if (name == kBearer) return AddHeader("Authorization", absl::StrCat("Bearer ", value), credentials);
  if (name != kAuthToken) return AddHeader(name, value, credentials);
  if (!credentials->auth_token.empty()) return Refuse("auth_token is given twice");
  credentials->auth_token = std::string(value);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return absl::NotFoundError(std::strerror(errno));
  struct stat status = {};
  std::string text;
  absl::Status error;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    error = Refuse("accepted is a regular file");
  } else {
    text.resize(kMaxFileBytes + 1);
    const ssize_t bytes = read(fd, text.data(), text.size());
    if (bytes < 0) error = absl::UnavailableError(std::strerror(errno));
    text.resize(static_cast<size_t>(std::max<ssize_t>(bytes, 0)));
    if (text.size() > kMaxFileBytes)
      error = Refuse(absl::StrCat("accepted is at most ", kMaxFileBytes, " bytes"));
  }
  close(fd);
  if (!error.ok()) return error;
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Credentials::HeadersFor(absl::string_view url) const {
  auto all = headers;
  if (!auth_token.empty())
    all.emplace_back(net::kTwilioSignatureHeader, net::TwilioSignature(auth_token, url, {}));
  return all;
}

absl::Status CheckCredentialName(absl::string_view name) {
  if (IsPlainName(name)) return absl::OkStatus();
  return Refuse(absl::StrCat("credential '", absl::CHexEscape(name.substr(0, kMaxPlainNameBytes)),
                             "': accepted is a name of ", kAcceptedPlainNames));
}

absl::StatusOr<Credentials> ParseCredentials(absl::string_view text) {
  Credentials credentials;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripTrailingAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const absl::Status read = ReadLine(line, &credentials);
    if (!read.ok()) return Refuse(absl::StrCat("line ", number, ": ", read.message()));
  }
  if (!credentials.auth_token.empty() && Has(credentials, net::kTwilioSignatureHeader)) {
    return Refuse(absl::StrCat(net::kTwilioSignatureHeader, " and auth_token exclude each other"));
  }
  return credentials;
}

absl::StatusOr<Credentials> ReadCredentials(const std::string& dir, absl::string_view name) {
  const absl::Status good = CheckCredentialName(name);
  if (!good.ok()) return good;
  if (dir.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("credential '", name, "' cannot be read: --bot_credentials_dir is not set"));
  }
  const std::string path = absl::StrCat(dir, "/", name);
  const absl::StatusOr<std::string> text = ReadFile(path);
  absl::Status error = text.status();
  if (text.ok()) {
    auto credentials = ParseCredentials(*text);
    if (credentials.ok()) return credentials;
    error = credentials.status();
  }
  return absl::Status(error.code(), absl::StrCat("credential '", name, "' (", path, "): ", error.message()));
}

}  // namespace benari::media
