#include "media/link/allow_list.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/endpoint.h"

namespace benari::media {

namespace {

constexpr absl::string_view kPrivate = "private";

// A server may read "/calls/../admin", however its dots are written, as "/admin".
bool IsPlainPath(absl::string_view path) {
  const std::string lower = absl::AsciiStrToLower(path);
  for (const absl::string_view escaped : {"%2e", "%2f", "%5c", "\\"}) {
    if (absl::StrContains(lower, escaped)) return false;
  }
  const std::vector<absl::string_view> segments = absl::StrSplit(lower, '/');
  return std::none_of(segments.begin(), segments.end(),
                      [](absl::string_view segment) { return segment == "." || segment == ".."; });
}

bool Matches(const net::Url& prefix, const net::Url& url) {
  if (url.scheme != prefix.scheme || url.port != prefix.port ||
      !absl::EqualsIgnoreCase(url.host, prefix.host)) {
    return false;
  }
  if (prefix.target.empty()) return true;
  const absl::string_view path = absl::string_view(url.target).substr(0, url.target.find('?'));
  absl::string_view rest = path;
  return IsPlainPath(path) && absl::ConsumePrefix(&rest, prefix.target) &&
         (rest.empty() || rest.front() == '/');
}

bool IsPrivateNetwork(const SocketAddress& address) {
  // Metadata services of clouds are at link-local addresses.
  return address.IsPrivate() && !address.IsLinkLocal();
}

}  // namespace

absl::StatusOr<AllowList> AllowList::Parse(absl::string_view text) {
  AllowList list;
  if (absl::StripAsciiWhitespace(text).empty()) return list;
  list.private_ = false;
  for (absl::string_view entry : absl::StrSplit(text, ',')) {
    entry = absl::StripAsciiWhitespace(entry);
    if (entry == kPrivate) {
      list.private_ = true;
      continue;
    }
    auto prefix = net::ParseUrl(entry, {"ws", "wss"});
    if (!prefix.ok())
      return absl::InvalidArgumentError(absl::StrCat(prefix.status().message(), ", or ", kPrivate));
    if (absl::StrContains(prefix->target, '?') || !IsPlainPath(prefix->target)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", entry, "': accepted is a prefix without a query, '.', '..' or escaped slashes"));
    }
    while (absl::EndsWith(prefix->target, "/")) prefix->target.pop_back();
    list.prefixes_.push_back(*std::move(prefix));
  }
  return list;
}

bool AllowList::HasPrefixOf(const net::Url& url) const {
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&url](const net::Url& prefix) { return Matches(prefix, url); });
}

absl::Status AllowList::Check(const net::Url& url) const {
  if (HasPrefixOf(url)) return absl::OkStatus();
  const auto literal = ParseSocketAddress(Endpoint(url.host, url.port));
  if (private_ && (!literal.ok() || IsPrivateNetwork(*literal))) return absl::OkStatus();
  return absl::PermissionDeniedError(Advice(url));
}

bool AllowList::MayConnect(const net::Url& url, const SocketAddress& address) const {
  // A prefix may name a link-local address, yet a name that resolves to one was not meant.
  if (HasPrefixOf(url)) {
    return !address.IsLinkLocal() || ParseSocketAddress(Endpoint(url.host, url.port)).ok();
  }
  return private_ && IsPrivateNetwork(address);
}

std::string AllowList::Advice(const net::Url& url) const {
  return absl::StrCat(url.scheme, "://", url.HostHeader(), " may not be dialled: --bot_allow allows ",
                      private_ ? "loopback and private addresses" : "",
                      private_ && !prefixes_.empty() ? " and " : "",
                      prefixes_.empty() ? "" : absl::StrCat(prefixes_.size(), " other prefixes"), " only");
}

std::string AllowList::ToString() const {
  std::string text(private_ ? kPrivate : "");
  for (const net::Url& prefix : prefixes_) absl::StrAppend(&text, text.empty() ? "" : ",", prefix.ToString());
  return text;
}

}  // namespace benari::media
