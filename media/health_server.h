#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace grpc {
class Server;
}

namespace benari::media {

// Tells the health service of `server`: "" and the Media service serve or not. "live" always serves: a probe
// that ends what does not answer must not end a node that drains. Thread-safe.
void TellHealth(grpc::Server& server, bool serving);

// A server with nothing but the health service, without TLS: for probes that speak none, such as kubelet's.
// Port 0 becomes the one really bound. The error is one line for a person.
absl::StatusOr<std::unique_ptr<grpc::Server>> StartHealthServer(Endpoint* listen);

}  // namespace benari::media
