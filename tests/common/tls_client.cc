#include "tests/common/tls_client.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace benari {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

struct TlsClient::Connection {
  asio::io_context loop;
  ssl::context context{ssl::context::tls_client};
  std::unique_ptr<ssl::stream<tcp::socket>> stream;
};

TlsClient::TlsClient(const Endpoint& server, const std::string& ca_file, const std::string& address,
                     int version)
    : connection_(std::make_unique<Connection>()) {
  ssl::context& context = connection_->context;
  context.load_verify_file(ca_file);
  context.set_verify_mode(ssl::verify_peer);
  if (version != 0) {
    SSL_CTX_set_min_proto_version(context.native_handle(), version);
    SSL_CTX_set_max_proto_version(context.native_handle(), version);
    SSL_CTX_set_security_level(context.native_handle(), 0);  // else the old ones are not even offered
  }
  connection_->stream = std::make_unique<ssl::stream<tcp::socket>>(connection_->loop, context);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection_->stream->native_handle()), address.c_str());
  tcp::socket& socket = connection_->stream->next_layer();
  error_code error;
  socket.connect({asio::ip::make_address(server.host), server.port}, error);
  const timeval patience{30, 0};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (!error) connection_->stream->handshake(ssl::stream_base::client, error);
  if (error) failure_ = error.message();
}

TlsClient::~TlsClient() = default;

std::string TlsClient::version() const { return SSL_get_version(connection_->stream->native_handle()); }

std::string TlsClient::serial() const {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(connection_->stream->native_handle()), &X509_free);
  if (certificate == nullptr) return "";
  char* const text = i2s_ASN1_INTEGER(nullptr, X509_get0_serialNumber(certificate.get()));
  std::string serial = text;
  OPENSSL_free(text);
  return serial;
}

bool TlsClient::Send(const std::string& text) {
  error_code error;
  asio::write(*connection_->stream, asio::buffer(text), error);
  return !error;
}

std::string TlsClient::ReadAll() {
  error_code error;
  std::string text;
  asio::read(*connection_->stream, asio::dynamic_buffer(text), error);
  ended_well_ = error == asio::error::eof;
  return text;
}

}  // namespace benari
