#pragma once

#include <memory>

#include "common/tls_files.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

// The only place where gRPC credentials are created. They follow their files: a change applies to connections
// made a second later. Thread-safe.
namespace benari {

// A server's: without `files.cert` not encrypted; with `files.ca` clients need a certificate of that CA.
std::shared_ptr<grpc::ServerCredentials> NewServerCredentials(const TlsFiles& files);

enum class ServerName {
  kChecked,  // the certificate is for the name or address that is dialled, or
             // GRPC_SSL_TARGET_NAME_OVERRIDE_ARG
  kAny,
};

// A client's: without `files.ca` not encrypted. `files.cert` is sent to a server that requests it.
std::shared_ptr<grpc::ChannelCredentials> NewChannelCredentials(const TlsFiles& files,
                                                                ServerName name = ServerName::kChecked);

}  // namespace benari
