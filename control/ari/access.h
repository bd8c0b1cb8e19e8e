#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/ari/url.h"

namespace boost::asio::ssl {
class context;
}

namespace benari::ari {

class AddressBook;

// Where ARI is and as whom to speak to it; what the HTTP client and the event stream share.
// Confined to the control loop.
struct Access {
  Url url;
  std::string user;
  std::string password;
  std::string app;
  std::string ca_file;                             // empty: the system's CAs
  std::shared_ptr<boost::asio::ssl::context> tls;  // null for http
  std::shared_ptr<AddressBook> addresses;          // of url.host, unless it is an address itself

  std::string BasicAuth() const;  // value of the Authorization header (RFC 7617)
};

// INVALID_ARGUMENT names what is wrong (url, user, app or CA file) and what is accepted. Reads the CA file.
absl::StatusOr<Access> MakeAccess(absl::string_view url, std::string user, std::string password,
                                  std::string app, std::string ca_file);

}  // namespace benari::ari
