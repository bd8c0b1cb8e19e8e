#include "common/net/remote.h"

#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/net/address_book.h"

namespace benari::net {

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

absl::StatusOr<Remote> MakeRemote(Url url, std::string ca_file) {
  Remote remote;
  remote.url = std::move(url);
  remote.ca_file = std::move(ca_file);
  remote.addresses = std::make_shared<AddressBook>();
  if (remote.url.tls()) {
    auto tls = MakeTls(remote.ca_file);
    if (!tls.ok()) return tls.status();
    remote.tls = *std::move(tls);
  }
  return remote;
}

}  // namespace benari::net
