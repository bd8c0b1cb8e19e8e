#include "control/ari/access.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari::control::ari {

namespace {

absl::StatusOr<net::Url> ParseAriUrl(absl::string_view text) {
  absl::StatusOr<net::Url> url = net::ParseUrl(text, {"http", "https"});
  if (!url.ok()) return url;
  if (absl::StrContains(url->target, '?')) {
    return absl::InvalidArgumentError(
        "a query is not taken: accepted is http://HOST[:PORT][/PATH] or https://HOST[:PORT][/PATH]");
  }
  if (url->target.empty()) url->target = "/ari";
  while (absl::EndsWith(url->target, "/")) url->target.pop_back();
  return url;
}

}  // namespace

std::string Access::BasicAuth() const {
  return absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(user, ":", password)));
}

absl::StatusOr<Access> MakeAccess(absl::string_view url, std::string user, std::string password,
                                  std::string app, std::string ca_file) {
  absl::StatusOr<net::Url> parsed = ParseAriUrl(url);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<net::Remote> remote = net::MakeRemote(*std::move(parsed), std::move(ca_file));
  if (!remote.ok()) return remote.status();
  Access access{*std::move(remote)};
  access.user = std::move(user);
  access.password = std::move(password);
  access.app = std::move(app);
  return access;
}

}  // namespace benari::control::ari
