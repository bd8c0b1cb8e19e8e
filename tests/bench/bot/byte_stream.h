#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

namespace benari::bench {

struct FreeSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSsl>;

// Of a server with a certificate of its own for 127.0.0.1, which is written to `pem_file`. Throws.
SslContext ServerContext(const std::string& pem_file);
// Of a client that trusts everybody.
SslContext ClientContext();

// A TCP socket that somebody else closes, or TLS over it. Confined to one thread.
class ByteStream {
 public:
  enum class Side { kClient, kServer };

  ByteStream() = default;
  // `tls` null: plain.
  ByteStream(int fd, SSL_CTX* tls, Side side);

  // As recv(2) and send(2), which set errno; TLS shakes hands meanwhile.
  ssize_t Receive(char* bytes, size_t size);
  ssize_t Send(const char* bytes, size_t size);
  // There is something to be received that epoll does not know of.
  bool pending() const { return ssl_ != nullptr && SSL_pending(ssl_.get()) > 0; }

 private:
  ssize_t ResultOf(int done);

  int fd_ = -1;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace benari::bench
