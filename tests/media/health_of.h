#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "common/endpoint.h"
#include "common/grpc_channel.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace benari::media {

using Health = ::grpc::health::v1::HealthCheckResponse;

// What the health service at `listen` answers about `service`, without TLS.
inline Health::ServingStatus HealthOf(const Endpoint& listen, const std::string& service) {
  const auto channel = NewChannel(listen.ToString(), ::grpc::InsecureChannelCredentials());
  ::grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  ::grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  Health response;
  EXPECT_TRUE(::grpc::health::v1::Health::NewStub(channel)->Check(&context, request, &response).ok());
  return response.status();
}

}  // namespace benari::media
