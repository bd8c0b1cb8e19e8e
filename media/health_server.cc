#include "media/health_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "media/listen_error.h"
#include "media/rpc/media_service.h"

namespace benari::media {

void TellHealth(grpc::Server& server, bool serving) {
  grpc::HealthCheckServiceInterface& health = *server.GetHealthCheckService();
  health.SetServingStatus("", serving);
  health.SetServingStatus(kServiceName, serving);
  health.SetServingStatus("live", true);
}

absl::StatusOr<std::unique_ptr<grpc::Server>> StartHealthServer(Endpoint* listen) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a port that is taken is an error
  int port = 0;
  builder.AddListeningPort(listen->ToString(), grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot serve health on --health_listen=", listen->ToString(),
                                               ": ", WhyNotListening(*listen)));
  }
  listen->port = static_cast<uint16_t>(port);
  return server;
}

}  // namespace benari::media
