// MediaClient over gRPC against nodes that are gone, or that answer what no node should.
#include "control/grpc/grpc_media_client.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <limits>
#include <memory>
#include <string>

#include "benari/media/v1/media.grpc.pb.h"

namespace benari::control {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class SetClock : public Clock {
 public:
  Time Now() const override { return now; }
  WallTime WallNow() const override { return {}; }
  Time now{};
};

// Answers each ListSessions with the same token for another page, and with the longest silence there is.
class EndlessNode : public media::v1::Media::Service {
 public:
  grpc::Status ListSessions(grpc::ServerContext*, const media::v1::ListSessionsRequest*,
                            media::v1::ListSessionsResponse* response) override {
    if (endless) response->set_next_page_token("again");
    response->set_owner_epoch(7);
    response->set_owner_silent_ms(std::numeric_limits<uint64_t>::max());
    return grpc::Status::OK;
  }
  bool endless = true;
};

class GrpcMediaClientTest : public ::testing::Test {
 protected:
  // What the node said, or the error.
  NodeSessions List(const std::string& node) {
    NodeSessions listed;
    const auto done = [&](std::exception_ptr failure, NodeSessions sessions) {
      listed = std::move(sessions);
      error.clear();
      try {
        if (failure != nullptr) std::rethrow_exception(failure);
      } catch (const MediaError& what) {
        error = what.what();
      }
    };
    boost::asio::co_spawn(loop, client.ListSessions(node), done);
    loop.restart();
    loop.run();
    return listed;
  }

  boost::asio::io_context loop;
  SetClock clock;
  GrpcMediaClient client{loop.get_executor(), GrpcMediaClient::Options(), clock};
  std::string error;
};

TEST_F(GrpcMediaClientTest, DropsTheChannelOfANodeThatNobodySpeaksToAnyMore) {
  for (int pod = 1; pod <= 50; ++pod) {
    clock.now += seconds(10);
    List("127.0.0.1:" + std::to_string(pod));  // nobody listens there
    EXPECT_THAT(error, HasSubstr("UNAVAILABLE"));
  }
  EXPECT_LE(client.channels(), 13u) << "two minutes of them";
  clock.now += std::chrono::hours(1);
  List("127.0.0.1:1");
  EXPECT_EQ(client.channels(), 1u);
}

TEST_F(GrpcMediaClientTest, WhateverANodeListsTheAnswerEndsAndFitsTheClock) {
  EndlessNode node;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&node);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const std::string address = "127.0.0.1:" + std::to_string(port);
  List(address);
  EXPECT_THAT(error, HasSubstr("its pages do not end"));
  node.endless = false;
  const NodeSessions listed = List(address);
  EXPECT_EQ(error, "");
  EXPECT_LT(Clock::Time() - listed.owner_silence, Clock::Time());
  server->Shutdown();
}

}  // namespace
}  // namespace benari::control
