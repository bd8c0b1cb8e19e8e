#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace grpc {
class CallbackGenericService;
class Server;
}  // namespace grpc

namespace benari::media {

// Sets the status of "" and of the Media service in the health service of `server`. "live" always serves, so
// that liveness probes do not end a node that drains. Thread-safe.
void TellHealth(grpc::Server& server, bool serving);

// A server with nothing but the health service, without TLS: for probes that speak none, such as kubelet's.
// Thread-safe.
class HealthServer {
 public:
  // Port 0: the kernel's choice. The error is one line for a person.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const Endpoint& listen);
  ~HealthServer();  // ends every rpc

  void Tell(bool serving) { TellHealth(*server_, serving); }
  const Endpoint& endpoint() const { return endpoint_; }  // with the port really bound

 private:
  HealthServer();

  std::unique_ptr<grpc::CallbackGenericService> nothing_;  // gRPC starts no server without a service
  std::unique_ptr<grpc::Server> server_;
  Endpoint endpoint_;
};

}  // namespace benari::media
