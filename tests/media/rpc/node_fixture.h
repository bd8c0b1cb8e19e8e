#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "media/node/node.h"
#include "tests/media/free_ports.h"
#include "tests/media/rpc/client.h"
#include "tests/media/udp_peer.h"

namespace benari::media {

inline Config NodeConfig() {
  Config config;
  config.grpc_listen = config.grpc_advertise = Endpoint("127.0.0.1", 0);
  config.rtp_bind = Loopback(0);
  config.rtp_advertise = "127.0.0.1";
  config.rtp_ports = FreePorts(8);
  config.quarantine = std::chrono::milliseconds(0);
  config.node_name = "media-test";
  config.max_ttl_ms = 60000;
  config.workers = 2;
  config.metrics_listen = Endpoint("127.0.0.1", 0);
  return config;
}

// A whole node in this process: real gRPC, real UDP.
class NodeTest : public ::testing::Test {
 protected:
  v1::Lease Lease(const std::string& id, uint32_t ttl_ms = 30000) {
    v1::LeasePortResponse response;
    const ::grpc::Status status = client_.LeasePort(id, &response, ttl_ms);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.lease();
  }

  v1::Session Start(const std::string& id, const SocketAddress& peer, uint32_t no_media_timeout_ms = 0) {
    v1::StartSessionResponse response;
    const ::grpc::Status status = client_.StartSession(id, peer, &response, no_media_timeout_ms);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.session();
  }

  v1::Session Get(const std::string& id) {
    v1::GetSessionResponse response;
    const ::grpc::Status status = client_.GetSession(id, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.session();
  }

  v1::Session Release(const std::string& id) {
    v1::ReleasePortResponse response;
    const ::grpc::Status status = client_.ReleasePort(id, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.session();
  }

  const RealClock clock_;
  std::unique_ptr<Node> node_ = Node::Start(NodeConfig(), clock_).value();
  Client client_{node_->grpc()};
};

}  // namespace benari::media
