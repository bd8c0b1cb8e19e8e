#pragma once

#include <memory>

#include "common/tls_files.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

// The only place where credentials of gRPC are made. They follow their files: what changes there holds for
// connections made a second later. Thread-safe.
namespace benari {

// Without `files.cert` not encrypted. With `files.ca` only clients with a certificate of that CA are served.
std::shared_ptr<grpc::ServerCredentials> NewServerCredentials(const TlsFiles& files);

enum class ServerName {
  kChecked,  // the certificate is for the name or address that is dialled, or
             // GRPC_SSL_TARGET_NAME_OVERRIDE_ARG
  kAny,
};

// Without `files.ca` not encrypted. `files.cert` is shown to the server, if it asks.
std::shared_ptr<grpc::ChannelCredentials> NewChannelCredentials(const TlsFiles& files,
                                                                ServerName name = ServerName::kChecked);

}  // namespace benari
