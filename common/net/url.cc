#include "common/net/url.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/endpoint.h"

namespace benari::net {

namespace {

constexpr uint16_t kPlainPort = 80;
constexpr uint16_t kTlsPort = 443;

using Schemes = std::initializer_list<absl::string_view>;

absl::Status Refuse(absl::string_view what, Schemes schemes) {
  const auto form = [](std::string* out, absl::string_view scheme) {
    absl::StrAppend(out, scheme, "://HOST[:PORT][/PATH]");
  };
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": accepted is ", absl::StrJoin(schemes, " or ", form)));
}

// What may stand in a request line: visible ASCII, without fragment.
bool IsTargetCharacter(char c) { return absl::ascii_isgraph(c) && c != '#'; }
bool IsHostCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
}

bool HasExplicitPort(absl::string_view authority) {
  const size_t colon = authority.rfind(':');
  const size_t bracket = authority.rfind(']');
  return colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
}

bool HasScheme(absl::string_view text) {  // RFC 3986 3.1
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || !absl::ascii_isalpha(text.front())) return false;
  return std::all_of(text.begin(), text.begin() + colon,
                     [](char c) { return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

std::string RemoveDotSegments(absl::string_view path) {  // RFC 3986 5.2.4
  std::vector<absl::string_view> kept;
  const std::vector<absl::string_view> segments = absl::StrSplit(absl::StripPrefix(path, "/"), '/');
  for (const absl::string_view segment : segments) {
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (segment != "." && segment != "..") kept.push_back(segment);
  }
  const bool is_folder = segments.back() == "." || segments.back() == "..";
  return absl::StrCat("/", absl::StrJoin(kept, "/"), is_folder && !kept.empty() ? "/" : "");
}

uint16_t DefaultPort(const Url& url) { return url.tls() ? kTlsPort : kPlainPort; }

}  // namespace

std::string Url::HostHeader() const {
  if (port != DefaultPort(*this)) return Endpoint(host, port).ToString();
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host;
}

std::string Url::ToString() const { return absl::StrCat(scheme, "://", HostHeader(), target); }

absl::StatusOr<Url> ParseUrl(absl::string_view text, Schemes schemes) {
  Url url;
  absl::string_view rest = text;
  for (const absl::string_view scheme : schemes) {
    if (absl::ConsumePrefix(&rest, absl::StrCat(scheme, "://"))) url.scheme = std::string(scheme);
  }
  if (url.scheme.empty()) {
    const bool may_hold_password = absl::StrContains(text, '@');
    return Refuse(
        absl::StrCat(may_hold_password ? "it" : absl::StrCat("'", text, "'"), " has no known scheme"),
        schemes);
  }
  const size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  const absl::string_view authority = rest.substr(0, end);
  const absl::string_view target = rest.substr(end);
  if (absl::StrContains(authority, '@')) {
    return Refuse("a URL with a user or password in it is not taken (they have settings of their own)",
                  schemes);
  }
  const auto endpoint = ParseEndpoint(
      HasExplicitPort(authority) ? std::string(authority) : absl::StrCat(authority, ":", DefaultPort(url)));
  if (!endpoint.ok() || endpoint->port == 0 ||
      !std::all_of(endpoint->host.begin(), endpoint->host.end(), IsHostCharacter)) {
    return Refuse(absl::StrCat("'", authority, "' is not HOST[:PORT] with port 1..65535"), schemes);
  }
  if (!std::all_of(target.begin(), target.end(), IsTargetCharacter)) {
    return Refuse(absl::StrCat("'", absl::CHexEscape(target), "' is not a path (no space or '#')"), schemes);
  }
  url.host = endpoint->host;
  url.port = endpoint->port;
  url.target = std::string(target);
  return url;
}

std::string ResolveReference(const Url& base, absl::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (HasScheme(reference)) return std::string(reference);
  if (absl::StartsWith(reference, "//")) return absl::StrCat(base.scheme, ":", reference);
  const absl::string_view base_path = absl::string_view(base.target).substr(0, base.target.find('?'));
  const size_t query_at = std::min(reference.find('?'), reference.size());
  const absl::string_view path = reference.substr(0, query_at);
  absl::string_view query = reference.substr(query_at);
  std::string target;
  if (path.empty()) {
    target = std::string(base_path);
    if (query.empty()) query = absl::string_view(base.target).substr(base_path.size());
  } else if (path.front() == '/') {
    target = RemoveDotSegments(path);
  } else {
    target = RemoveDotSegments(absl::StrCat(base_path.substr(0, base_path.rfind('/') + 1), path));
  }
  const char* const slash = absl::StartsWith(target, "/") ? "" : "/";
  return absl::StrCat(base.scheme, "://", base.HostHeader(), slash, target, query);
}

std::string WithoutQueryValues(absl::string_view url) {
  const size_t query = url.find('?');
  if (query == absl::string_view::npos) return std::string(url);
  const auto without_value = [](std::string* out, absl::string_view pair) {
    const size_t equals = pair.find('=');
    absl::StrAppend(out, pair.substr(0, equals), equals == absl::string_view::npos ? "" : "=...");
  };
  return absl::StrCat(url.substr(0, query + 1),
                      absl::StrJoin(absl::StrSplit(url.substr(query + 1), '&'), "&", without_value));
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

}  // namespace benari::net
