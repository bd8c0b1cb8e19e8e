#include "common/net/remote.h"

#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/net/address_book.h"

namespace benari::net {

namespace ssl = boost::asio::ssl;

namespace {

absl::Status BadFile(const char* what, const std::string& path, const boost::system::error_code& ec,
                     const char* accepted) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " '", path, "' (", ec.message(), "): accepted is ", accepted));
}

}  // namespace

absl::StatusOr<std::shared_ptr<ssl::context>> MakeTlsContext(const TlsFiles& files) {
  auto tls = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code ec;
  tls->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, ec);
  tls->set_verify_mode(ssl::verify_peer, ec);
  if (files.ca.empty()) {
    tls->set_default_verify_paths(ec);
  } else {
    tls->load_verify_file(files.ca, ec);
  }
  if (ec) return BadFile("CA file", files.ca, ec, "a readable PEM file of CA certificates");
  if (files.cert.empty()) return tls;
  tls->use_certificate_chain_file(files.cert, ec);
  if (ec) return BadFile("certificate file", files.cert, ec, "a readable PEM file of certificates");
  tls->use_private_key_file(files.key, ssl::context::pem, ec);
  if (ec) return BadFile("key file", files.key, ec, "a readable PEM file with the certificate's key");
  return tls;
}

absl::StatusOr<Remote> MakeRemote(Url url, std::string ca_file) {
  Remote remote;
  remote.url = std::move(url);
  remote.ca_file = std::move(ca_file);
  remote.addresses = std::make_shared<AddressBook>();
  if (remote.url.tls()) {
    TlsFiles files;
    files.ca = remote.ca_file;
    auto tls = MakeTlsContext(files);
    if (!tls.ok()) return tls.status();
    remote.tls = *std::move(tls);
  }
  return remote;
}

}  // namespace benari::net
