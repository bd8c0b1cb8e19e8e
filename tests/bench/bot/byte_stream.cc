#include "tests/bench/bot/byte_stream.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>

namespace benari::bench {
namespace {

constexpr long kDaySeconds = 86400;

void AddExtension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

SslContext ServerContext(const std::string& pem_file) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDaySeconds);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("bench"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate.get(), NID_subject_alt_name, "IP:127.0.0.1");
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  SslContext context(SSL_CTX_new(TLS_server_method()));
  const std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(pem_file.c_str(), "w"), std::fclose);
  if (file == nullptr || PEM_write_X509(file.get(), certificate.get()) != 1 ||
      SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    throw std::runtime_error("cannot make a certificate in " + pem_file);
  }
  return context;
}

SslContext ClientContext() { return SslContext(SSL_CTX_new(TLS_client_method())); }

ByteStream::ByteStream(int fd, SSL_CTX* tls, Side side) : fd_(fd) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), fd);
  SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (side == Side::kServer) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

ssize_t ByteStream::ResultOf(int done) {
  if (done > 0) return done;
  const int why = SSL_get_error(ssl_.get(), done);
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  return -1;
}

ssize_t ByteStream::Receive(char* bytes, size_t size) {
  if (ssl_ == nullptr) return recv(fd_, bytes, size, 0);
  return ResultOf(SSL_read(ssl_.get(), bytes, static_cast<int>(size)));
}

ssize_t ByteStream::Send(const char* bytes, size_t size) {
  if (ssl_ == nullptr) return send(fd_, bytes, size, MSG_NOSIGNAL);
  return ResultOf(SSL_write(ssl_.get(), bytes, static_cast<int>(size)));
}

}  // namespace benari::bench
