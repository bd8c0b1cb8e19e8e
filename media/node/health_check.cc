#include "media/node/health_check.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/grpc_channel.h"
#include "common/grpc_tls.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "media/net/socket_address.h"
#include "media/rpc/media_service.h"

namespace benari::media {

namespace {

constexpr std::chrono::seconds kDeadline{3};

Endpoint ToDial(const Endpoint& listen) {
  const auto address = ParseSocketAddress(listen);
  if (!address.ok() || !address->IsAny()) return listen;
  return Endpoint(address->IsV4() ? "127.0.0.1" : "::1", listen.port);
}

// The node has to show exactly the certificate that the flags name. Where it asks for one of a client, it
// gets the same back.
TlsFiles ToTrust(const TlsFiles& served_with) {
  TlsFiles files;
  files.ca = served_with.cert;
  if (!served_with.ca.empty()) {
    files.cert = served_with.cert;
    files.key = served_with.key;
  }
  return files;
}

// Explains gRPC's message about a connection that failed.
std::string Hint(absl::string_view grpc_words, const TlsFiles& served_with) {
  if (served_with.cert.empty() && absl::StrContains(grpc_words, "Socket closed"))
    return " (is it TLS there? then give this check the process's --grpc_tls_ flags)";
  if (!served_with.cert.empty() && absl::StrContains(grpc_words, "wrong version number"))
    return " (no TLS there: was the process started without --grpc_tls_cert_file?)";
  return "";
}

}  // namespace

int CheckHealth(const Config& config) {
  const std::string target = ToDial(config.grpc_listen).ToString();
  const auto channel = NewChannel(target, NewChannelCredentials(ToTrust(config.grpc_tls), ServerName::kAny));
  const auto stub = ::grpc::health::v1::Health::NewStub(channel);
  ::grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  ::grpc::health::v1::HealthCheckRequest request;
  request.set_service(kServiceName);
  ::grpc::health::v1::HealthCheckResponse response;
  const ::grpc::Status status = stub->Check(&context, request, &response);
  if (!status.ok()) {
    const std::string hint = Hint(status.error_message(), config.grpc_tls);
    std::fprintf(stderr, "%s: %s%s\n", target.c_str(), status.error_message().c_str(), hint.c_str());
    return 1;
  }
  const auto serving = response.status();
  std::printf("%s: %s\n", target.c_str(),
              ::grpc::health::v1::HealthCheckResponse::ServingStatus_Name(serving).c_str());
  return serving == ::grpc::health::v1::HealthCheckResponse::SERVING ? 0 : 1;
}

}  // namespace benari::media
