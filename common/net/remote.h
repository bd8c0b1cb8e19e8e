#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/name_resolver.h"
#include "common/net/url.h"
#include "common/tls_files.h"

namespace boost::asio::ssl {
class context;
}

namespace benari::net {

class AddressBook;

// A server with its TLS settings and addresses; all connections share it. Confined to their thread.
struct Remote {
  Url url;
  std::string ca_file;                             // empty: the system's CAs
  std::shared_ptr<boost::asio::ssl::context> tls;  // null unless the URL's scheme has it
  std::shared_ptr<AddressBook> addresses;          // of url.host, unless it is an address itself
  std::shared_ptr<NameResolver> names = std::make_shared<NameResolver>();
  // Returns true if url.host, or an address that it resolves to, may be connected to. Empty: all may.
  std::function<bool(const boost::asio::ip::address& address)> may_connect;
};

// Creates a client's TLS context. `ca` empty: the system's CAs; `cert` and `key` empty: no client
// certificate. INVALID_ARGUMENT names the file and what is accepted.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const TlsFiles& files);

// Reads the CA file if the URL's scheme has TLS. INVALID_ARGUMENT names the file and what is accepted.
absl::StatusOr<Remote> MakeRemote(Url url, std::string ca_file);

}  // namespace benari::net
