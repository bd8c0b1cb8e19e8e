#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace grpc {
class CallbackGenericService;
class Server;
}  // namespace grpc

namespace benari::media {

// Tells the health service of `server`: "" and the Media service serve or not. "live" always serves: a probe
// that ends what does not answer must not end a node that drains. Thread-safe.
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
