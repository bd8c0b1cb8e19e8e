#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/url.h"
#include "common/tls_files.h"

namespace boost::asio::ssl {
class context;
}

namespace benari::net {

class AddressBook;

// A server and how it is reached; all connections to it share one. Confined to the thread of its connections.
struct Remote {
  Url url;
  std::string ca_file;                             // empty: the system's CAs
  std::shared_ptr<boost::asio::ssl::context> tls;  // null unless the URL's scheme has it
  std::shared_ptr<AddressBook> addresses;          // of url.host, unless it is an address itself
  // Which addresses may be connected to, url.host itself or what it resolves to. Empty: all.
  std::function<bool(const boost::asio::ip::address& address)> may_connect;
};

// A client's TLS context: `ca` empty: the system's CAs; `cert` and `key` empty: no certificate of its own.
// INVALID_ARGUMENT names the file and what is accepted.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const TlsFiles& files);

// Reads the CA file if the URL's scheme has TLS. INVALID_ARGUMENT names the file and what is accepted.
absl::StatusOr<Remote> MakeRemote(Url url, std::string ca_file);

}  // namespace benari::net
