#include "control/ari/access.h"

#include <boost/asio/ssl/context.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "control/ari/address_book.h"

namespace benari::ari {

namespace ssl = boost::asio::ssl;

namespace {

absl::StatusOr<std::shared_ptr<ssl::context>> MakeTls(const std::string& ca_file) {
  auto tls = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code ec;
  tls->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, ec);
  tls->set_verify_mode(ssl::verify_peer, ec);
  if (ca_file.empty()) {
    tls->set_default_verify_paths(ec);
  } else {
    tls->load_verify_file(ca_file, ec);
  }
  if (ec) {
    return absl::InvalidArgumentError(absl::StrCat("CA file '", ca_file, "' (", ec.message(),
                                                   "): accepted is a readable PEM file of CA certificates"));
  }
  return tls;
}

}  // namespace

std::string Access::BasicAuth() const {
  return absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(user, ":", password)));
}

absl::StatusOr<Access> MakeAccess(absl::string_view url, std::string user, std::string password,
                                  std::string app, std::string ca_file) {
  Access access;
  access.addresses = std::make_shared<AddressBook>();
  auto parsed = ParseUrl(url);
  if (!parsed.ok()) return parsed.status();
  access.url = *std::move(parsed);
  if (user.empty() || absl::StrContains(user, ':')) {
    return absl::InvalidArgumentError(
        absl::StrCat("user '", user, "': accepted is the name of a section in ari.conf, without ':'"));
  }
  if (app.empty() || absl::StrContains(app, ',')) {
    return absl::InvalidArgumentError(
        absl::StrCat("app '", app, "': accepted is one Stasis application's name, without ','"));
  }
  if (access.url.tls) {
    auto tls = MakeTls(ca_file);
    if (!tls.ok()) return tls.status();
    access.tls = *std::move(tls);
  }
  access.user = std::move(user);
  access.password = std::move(password);
  access.app = std::move(app);
  access.ca_file = std::move(ca_file);
  return access;
}

}  // namespace benari::ari
