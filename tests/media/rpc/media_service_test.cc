#include "media/rpc/media_service.h"

#include <gmock/gmock.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/media/rpc/node_fixture.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using ::grpc::StatusCode;
using ::testing::HasSubstr;

using Health = ::grpc::health::v1::Health;
using HealthCheckRequest = ::grpc::health::v1::HealthCheckRequest;
using HealthCheckResponse = ::grpc::health::v1::HealthCheckResponse;

TEST_F(NodeTest, ACallsWorthOfRpcs) {
  UdpPeer peer;
  const v1::Lease lease = Lease("benari.1.media1");
  EXPECT_EQ(lease.rtp().host(), "127.0.0.1");
  EXPECT_EQ(lease.node().name(), "media-test");
  EXPECT_EQ(lease.node().instance_id().size(), 16u);
  EXPECT_EQ(lease.node().grpc().port(), node_->grpc().port);
  EXPECT_EQ(lease.owner().name(), "benari");
  EXPECT_EQ(lease.expires_in_ms(), 30000u);

  const v1::Session started = Start("benari.1.media1", peer.address());
  EXPECT_EQ(started.state(), v1::SESSION_STATE_RUNNING);
  EXPECT_EQ(started.peer().port(), peer.address().port);
  EXPECT_TRUE(started.has_echo());
  EXPECT_EQ(started.processor_state(), v1::PROCESSOR_STATE_ACTIVE);
  EXPECT_EQ(started.peer_policy(), v1::PEER_POLICY_EXACT);
  EXPECT_EQ(started.clock_rate_hz(), 8000u);
  EXPECT_EQ(started.no_media_timeout_ms(), 0u);
  EXPECT_FALSE(started.has_first_received_at());

  for (const uint16_t sequence : {1, 2, 4, 3}) {
    peer.Send(RtpBytes(sequence), Loopback(static_cast<uint16_t>(lease.rtp().port())));
    const auto answer = peer.Receive();
    ASSERT_TRUE(answer.has_value());
    rtp::Packet packet;
    ASSERT_EQ(rtp::ParsePacket(*answer, &packet), rtp::ParseResult::kOk);
    EXPECT_EQ(packet.sequence, sequence);
    EXPECT_EQ(packet.ssrc, started.ssrc());
  }
  const v1::Session running = Get("benari.1.media1");
  EXPECT_EQ(running.stats().received_packets(), 4u);
  EXPECT_EQ(running.stats().reordered_packets(), 1u);
  EXPECT_EQ(running.stats().lost_packets(), 0);
  EXPECT_GE(running.first_received_at().seconds(), running.started_at().seconds());
  EXPECT_TRUE(running.has_first_sent_at());

  v1::StopSessionResponse stopped;
  ASSERT_TRUE(client_.StopSession("benari.1.media1", &stopped).ok());
  EXPECT_EQ(stopped.session().state(), v1::SESSION_STATE_STOPPED);
  EXPECT_EQ(Release("benari.1.media1").stats().sent_packets(), 4u);
  EXPECT_EQ(node_->ports_in_use(), 0u);
  v1::ReleasePortResponse again;
  EXPECT_EQ(client_.ReleasePort("benari.1.media1", &again).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(NodeTest, SixteenClientsAtOnceLeaveNothing) {
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 16; ++thread) {
    threads.emplace_back([this, thread, &done] {
      Client client(node_->grpc(), absl::StrCat("owner", thread));
      UdpPeer peer;
      for (int i = 0; i < 20; ++i) {
        const std::string id = absl::StrCat("owner", thread, ".", i);
        v1::LeasePortResponse lease;
        const ::grpc::Status status = client.LeasePort(id, &lease);
        if (status.error_code() == StatusCode::RESOURCE_EXHAUSTED) continue;  // 8 ports, 16 clients
        ASSERT_TRUE(status.ok()) << status.error_message();
        v1::StartSessionResponse started;
        ASSERT_TRUE(client.StartSession(id, peer.address(), &started).ok());
        peer.Send(RtpBytes(1), Loopback(static_cast<uint16_t>(lease.lease().rtp().port())));
        ASSERT_TRUE(peer.Receive().has_value());
        v1::ReleasePortResponse released;
        ASSERT_TRUE(client.ReleasePort(id, &released).ok());
        ASSERT_EQ(released.session().stats().sent_packets(), 1u);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(done, 0);
  EXPECT_EQ(node_->ports_in_use(), 0u);
}

TEST_F(NodeTest, WhenThePortsAreGoneItIsExhausted) {
  ::grpc::Status status;
  int leased = 0;
  for (; leased <= 8 && status.ok(); ++leased) {
    v1::LeasePortResponse response;
    status = client_.LeasePort(absl::StrCat("l", leased), &response);
  }
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("in use"));
}

TEST_F(NodeTest, EveryRpcRefusesWhatItIsNotMadeFor) {
  v1::LeasePortResponse lease;
  EXPECT_EQ(client_.LeasePort("", &lease).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(client_.LeasePort("a", &lease, 60001).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::ReleasePortResponse release;
  EXPECT_EQ(client_.ReleasePort("a b", &release).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::StartSessionResponse start;
  EXPECT_EQ(client_.StartSession("a", Loopback(0), &start).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::StopSessionResponse stop;
  EXPECT_EQ(client_.StopSession(std::string(201, 'a'), &stop).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::KeepAliveResponse keep;
  EXPECT_EQ(client_.KeepAlive({"a"}, &keep, 0).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::GetSessionResponse get;
  EXPECT_EQ(client_.GetSession("\xc3\xa4", &get).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::ListSessionsRequest list;
  list.set_page_size(1001);
  v1::ListSessionsResponse page;
  const ::grpc::Status status = client_.ListSessions(list, &page);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "page_size 1001: accepted is 0..1000");
  EXPECT_EQ(EventStream(&client_, "a b").End().error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(NodeTest, AFencedOwnerGetsAborted) {
  Lease("a");
  Client successor(node_->grpc(), "benari", 2);
  v1::KeepAliveResponse keep;
  ASSERT_TRUE(successor.KeepAlive({"a"}, &keep).ok());
  EXPECT_EQ(keep.ports_total(), 8u);
  v1::ReleasePortResponse release;
  EXPECT_EQ(client_.ReleasePort("a", &release).error_code(), StatusCode::ABORTED);
  EXPECT_TRUE(successor.ReleasePort("a", &release).ok());
}

TEST_F(NodeTest, ListsPageByPage) {
  for (const char* id : {"c", "a", "e", "b", "d"}) Lease(id);
  std::string ids;
  v1::ListSessionsRequest request;
  request.set_owner("benari");
  request.set_page_size(2);
  int pages = 0;
  do {
    v1::ListSessionsResponse page;
    ASSERT_TRUE(client_.ListSessions(request, &page).ok());
    EXPECT_EQ(page.owner_epoch(), 1u);
    EXPECT_EQ(page.node().name(), "media-test");
    for (const v1::Session& session : page.sessions()) absl::StrAppend(&ids, session.lease().lease_id());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(ids, "abcde");
  EXPECT_EQ(pages, 3);
}

TEST_F(NodeTest, HealthAndDraining) {
  const auto health = Health::NewStub(client_.channel);
  for (const char* service : {"", kServiceName}) {
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    ASSERT_TRUE(health->Check(Client::Context().get(), request, &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  }
  Lease("a");
  node_->StartDraining();
  for (const char* service : {"", kServiceName}) {
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    ASSERT_TRUE(health->Check(Client::Context().get(), request, &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  }
  v1::LeasePortResponse lease;
  EXPECT_EQ(client_.LeasePort("b", &lease).error_code(), StatusCode::UNAVAILABLE);
  v1::KeepAliveResponse keep;
  ASSERT_TRUE(client_.KeepAlive({"a"}, &keep).ok());
  EXPECT_TRUE(keep.draining());
  EXPECT_EQ(node_->ports_in_use(), 1u);
  Release("a");
  EXPECT_EQ(node_->ports_in_use(), 0u);
}

TEST(Node, ATakenPortIsOneClearLine) {
  const RealClock clock;
  const auto first = Node::Start(NodeConfig(), clock);
  ASSERT_TRUE(first.ok());
  Config config = NodeConfig();
  config.grpc_listen.port = (*first)->grpc().port;
  EXPECT_EQ(Node::Start(config, clock).status().message(),
            absl::StrCat("cannot serve gRPC on --grpc_listen=127.0.0.1:", config.grpc_listen.port,
                         ": Address already in use"));
  config = NodeConfig();
  config.metrics_listen.port = (*first)->metrics().port;
  EXPECT_EQ(Node::Start(config, clock).status().message(),
            absl::StrCat("cannot serve metrics on --metrics_listen=127.0.0.1:", config.metrics_listen.port,
                         ": Address already in use"));
}

TEST(Node, AfterARestartItHasItsNameAndAnotherInstance) {
  const RealClock clock;
  std::vector<std::string> instances;
  for (int i = 0; i < 2; ++i) {
    const auto node = Node::Start(NodeConfig(), clock).value();
    Client client(node->grpc());
    v1::KeepAliveResponse keep;
    ASSERT_TRUE(client.KeepAlive({"a"}, &keep).ok());
    EXPECT_EQ(keep.node().name(), "media-test");
    EXPECT_EQ(keep.unknown_lease_ids_size(), 1);
    instances.push_back(keep.node().instance_id());
  }
  EXPECT_NE(instances[0], instances[1]);
}

}  // namespace
}  // namespace benari::media
