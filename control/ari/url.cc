#include "control/ari/url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/endpoint.h"

namespace benari::ari {

namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

absl::Status Refuse(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": accepted is http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH]"));
}

// What may stand in a request line: visible ASCII, without query and fragment.
bool IsPathCharacter(char c) { return absl::ascii_isgraph(c) && c != '?' && c != '#'; }
bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
}

bool HasExplicitPort(absl::string_view authority) {
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  return colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
}

}  // namespace

std::string Url::HostHeader() const {
  const bool own_port = port == (tls ? kHttpsPort : kHttpPort);
  if (!own_port) return Endpoint(host, port).ToString();
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host;
}

std::string Url::ToString() const { return absl::StrCat(tls ? "https://" : "http://", HostHeader(), path); }

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  absl::string_view rest = text;
  Url url;
  if (absl::ConsumePrefix(&rest, "https://")) {
    url.tls = true;
  } else if (!absl::ConsumePrefix(&rest, "http://")) {
    return Refuse(absl::StrCat("'", text, "' has no known scheme"));
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  const absl::string_view authority = rest.substr(0, slash);
  absl::string_view path = rest.substr(slash);
  if (absl::StrContains(authority, '@')) {
    return Refuse("a URL with a user or password in it is not taken (they have settings of their own)");
  }
  const uint16_t default_port = url.tls ? kHttpsPort : kHttpPort;
  const auto endpoint = ParseEndpoint(
      HasExplicitPort(authority) ? std::string(authority) : absl::StrCat(authority, ":", default_port));
  if (!endpoint.ok() || endpoint->port == 0 ||
      !std::all_of(endpoint->host.begin(), endpoint->host.end(), IsHostCharacter)) {
    return Refuse(absl::StrCat("'", authority, "' is not HOST[:PORT] with port 1..65535"));
  }
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  if (!std::all_of(path.begin(), path.end(), IsPathCharacter)) {
    return Refuse(absl::StrCat("'", absl::CHexEscape(path), "' is not a path (no space, '?' or '#')"));
  }
  url.host = endpoint->host;
  url.port = endpoint->port;
  url.path = slash == rest.size() ? "/ari" : std::string(path);
  return url;
}

std::string PercentEncode(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const unsigned char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back('%');
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  return out;
}

}  // namespace benari::ari
