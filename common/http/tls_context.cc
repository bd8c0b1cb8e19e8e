#include "common/http/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>

#include "absl/strings/str_cat.h"

namespace benari::http {

namespace ssl = boost::asio::ssl;

absl::StatusOr<TlsContext> MakeTlsContext(const TlsFiles& files) {
  auto tls = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(tls->native_handle(), SSL_OP_NO_RENEGOTIATION);
  // An encrypted key is refused, instead of asking for its password at the terminal.
  tls->set_password_callback([](size_t, ssl::context::password_purpose) { return std::string(); });
  boost::system::error_code ec;
  tls->use_certificate_chain_file(files.cert, ec);
  if (ec)
    return absl::InvalidArgumentError(absl::StrCat("certificate file '", files.cert, "' (", ec.message(),
                                                   "): accepted is a readable PEM file of certificates"));
  tls->use_private_key_file(files.key, ssl::context::pem, ec);
  if (ec)
    return absl::InvalidArgumentError(
        absl::StrCat("key file '", files.key, "' (", ec.message(),
                     "): accepted is a readable PEM file with the key of the certificate"));
  return tls;
}

}  // namespace benari::http
