#pragma once

#include <memory>
#include <string>

#include "common/endpoint.h"

namespace benari {

// A client of OpenSSL that verifies whom it talks to. Blocking: what is silent for 30 s has ended. Confined
// to one thread.
class TlsClient {
 public:
  // Connects and shakes hands. `address`: the IP address that the certificate has to be for. `version`: the
  // only one that is spoken (TLS1_2_VERSION …); 0: any.
  TlsClient(const Endpoint& server, const std::string& ca_file, const std::string& address = "127.0.0.1",
            int version = 0);
  ~TlsClient();

  const std::string& failure() const { return failure_; }  // of the handshake; "": none
  std::string version() const;                             // "TLSv1.3"
  std::string serial() const;                              // of the server's certificate

  // False: the server did not take all of it.
  bool Send(const std::string& text);
  // Until the server ends the connection.
  std::string ReadAll();
  // As TLS wants it, not cut off.
  bool ended_well() const { return ended_well_; }

 private:
  struct Connection;

  const std::unique_ptr<Connection> connection_;
  std::string failure_;
  bool ended_well_ = false;
};

}  // namespace benari
