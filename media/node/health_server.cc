#include "media/node/health_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "media/node/listen_error.h"
#include "media/rpc/media_service.h"

namespace benari::media {

namespace {

constexpr int kMaxStreamsPerConnection = 100;

// Server reflection is a plugin of every builder of a process that has it once.
class NoPlugins : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->clear();
  }
};

}  // namespace

void TellHealth(grpc::Server& server, bool serving) {
  grpc::HealthCheckServiceInterface& health = *server.GetHealthCheckService();
  health.SetServingStatus("", serving);
  health.SetServingStatus(kServiceName, serving);
  health.SetServingStatus("live", true);
}

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const Endpoint& listen) {
  std::unique_ptr<HealthServer> health(new HealthServer());
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a port that is taken is an error
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.SetOption(std::make_unique<NoPlugins>());
  builder.RegisterCallbackGenericService(health->nothing_.get());
  int port = 0;
  builder.AddListeningPort(listen.ToString(), grpc::InsecureServerCredentials(), &port);
  health->server_ = builder.BuildAndStart();
  if (health->server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot serve health on --health_listen=", listen.ToString(),
                                               ": ", WhyNotListening(listen)));
  }
  health->endpoint_ = Endpoint(listen.host, static_cast<uint16_t>(port));
  return health;
}

HealthServer::HealthServer() : nothing_(std::make_unique<grpc::CallbackGenericService>()) {}

HealthServer::~HealthServer() {
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
}

}  // namespace benari::media
