// WatchSessions, and expiry by itself: what a node tells without being asked each time.
#include <gmock/gmock.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "media/rpc/media_service.h"
#include "tests/media/lease/fake_session_runner.h"
#include "tests/media/manual_clock.h"
#include "tests/media/rpc/node_fixture.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using ::grpc::StatusCode;
using ::testing::HasSubstr;

TEST_F(NodeTest, AWatcherSeesASessionsLife) {
  EventStream events(&client_);
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_WATCHING);
  UdpPeer peer;
  const v1::Lease lease = Lease("a");
  const SocketAddress rtp = Loopback(static_cast<uint16_t>(lease.rtp().port()));
  Start("a", peer.address(), 100);
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_STARTED);

  const v1::WatchSessionsResponse missing = events.Next();
  EXPECT_EQ(missing.kind(), v1::EVENT_KIND_MEDIA_MISSING);
  EXPECT_EQ(missing.session().diagnosis(), v1::DIAGNOSIS_NOTHING_ARRIVED);
  EXPECT_EQ(
      missing.session().diagnosis_text(),
      absl::StrCat("no datagram since the session began; Asterisk was told to send to 127.0.0.1:", rtp.port));

  UdpPeer stranger;
  stranger.Send(RtpBytes(1), rtp);
  const v1::WatchSessionsResponse closer = events.Next();
  EXPECT_EQ(closer.session().diagnosis(), v1::DIAGNOSIS_STRANGER);
  EXPECT_EQ(closer.session().diagnosis_text(),
            absl::StrCat("packets come from ", stranger.address().ToString(), ", expected ",
                         peer.address().ToString()));
  peer.Send(RtpBytes(1), rtp);
  const v1::WatchSessionsResponse flowing = events.Next();
  EXPECT_EQ(flowing.kind(), v1::EVENT_KIND_MEDIA_FLOWING);
  EXPECT_EQ(flowing.session().diagnosis(), v1::DIAGNOSIS_UNSPECIFIED);
  EXPECT_EQ(flowing.session().stats().received_packets(), 1u) << "told when it came, not when it went back";
  const v1::WatchSessionsResponse stopped_arriving = events.Next();
  EXPECT_EQ(stopped_arriving.session().diagnosis(), v1::DIAGNOSIS_STOPPED_ARRIVING);
  EXPECT_EQ(stopped_arriving.session().stats().sent_packets(), 1u);

  v1::StopSessionResponse stopped;
  ASSERT_TRUE(client_.StopSession("a", &stopped).ok());
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_STOPPED);
  Release("a");
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_RELEASED);
}

TEST_F(NodeTest, ALeaseThatNobodyNamesRunsOutByItself) {
  EventStream events(&client_);
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_WATCHING);
  Lease("a", 50);
  const v1::WatchSessionsResponse expired = events.Next();
  EXPECT_EQ(expired.kind(), v1::EVENT_KIND_LEASE_EXPIRED);
  EXPECT_EQ(expired.session().lease().lease_id(), "a");
  EXPECT_EQ(node_->ports_in_use(), 0u);
}

TEST_F(NodeTest, AWatcherOfOneOwnerSeesNoOthers) {
  EventStream events(&client_, "other");
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_WATCHING);
  Lease("a");
  Release("a");
  Client other(node_->grpc(), "other");
  v1::LeasePortResponse lease;
  v1::ReleasePortResponse release;
  ASSERT_TRUE(other.LeasePort("b", &lease).ok());
  ASSERT_TRUE(other.ReleasePort("b", &release).ok());
  EXPECT_EQ(events.Next().session().lease().lease_id(), "b");
}

TEST_F(NodeTest, WatchersComeAndGo) {
  for (int i = 0; i < 300; ++i) {  // more than may watch at once
    EventStream events(&client_);
    ASSERT_EQ(events.Next().kind(), v1::EVENT_KIND_WATCHING) << i;
  }
}

TEST_F(NodeTest, TheEndOfTheNodeEndsTheStream) {
  EventStream events(&client_);
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_WATCHING);
  node_.reset();
  EXPECT_EQ(events.End().error_code(), StatusCode::UNAVAILABLE);
}

// The hub on a server of its own, so that events come without sessions.
class WatchHubTest : public ::testing::Test {
 protected:
  WatchHubTest() {
    node_.set_value({"n", "i", Endpoint("127.0.0.1", 1)});
    ::grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", ::grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<Client>(Endpoint("127.0.0.1", static_cast<uint16_t>(port_)));
  }
  ~WatchHubTest() override {
    hub_.End();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(10));
    EXPECT_EQ(hub_.watchers(), 0u);  // none outlives the server
  }

  static SessionRegistry::Options Options() {
    SessionRegistry::Options options;
    options.ports = {1, 1};
    return options;
  }

  ManualClock clock_;
  FakeSessionRunner runner_;
  SessionRegistry registry_{Options(), clock_, runner_, [](const SessionEvent&) {}};
  std::promise<NodeInfo> node_;
  WatchHub hub_{node_.get_future()};
  std::unique_ptr<::grpc::Service> service_ = NewMediaService(
      &registry_, &hub_, [](const BotConfig&) { return absl::OkStatus(); }, hub_.node(), 1000);
  int port_ = 0;
  std::unique_ptr<::grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(WatchHubTest, AWatcherThatDoesNotReadIsEndedAndTheOthersAreNot) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer is busy for minutes with gRPC's copies, whose locking it cannot see";
#endif
  EventStream slow(client_.get(), "busy");
  EXPECT_EQ(slow.Next().kind(), v1::EVENT_KIND_WATCHING);
  EventStream other(client_.get(), "quiet");
  EXPECT_EQ(other.Next().kind(), v1::EVENT_KIND_WATCHING);
  SessionEvent event;
  event.session.state = SessionState::kRunning;
  event.session.lease.owner.name = "busy";
  event.session.snapshot.diagnosis_text =
      std::string(10000, 'x');  // 50 MB: more than the connection takes in
  for (size_t i = 0; i < 5 * WatchHub::kMaxWaitingEvents; ++i) hub_.Publish(event);
  const ::grpc::Status end = slow.End();
  EXPECT_EQ(end.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(end.error_message(), HasSubstr("list and watch again"));
  event.session.lease.owner.name = "quiet";
  hub_.Publish(event);
  EXPECT_EQ(other.Next().kind(), v1::EVENT_KIND_STARTED);
}

// Its connection lives and its client reads nothing: it keeps nobody else from watching.
TEST_F(WatchHubTest, AWatcherThatReadsNothingLosesItsPlace) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer is busy for minutes with gRPC's copies, whose locking it cannot see";
#endif
  EventStream silent(client_.get());
  EXPECT_EQ(silent.Next().kind(), v1::EVENT_KIND_WATCHING);
  SessionEvent event;
  event.session.state = SessionState::kRunning;
  event.session.snapshot.diagnosis_text =
      std::string(10000, 'x');  // 30 MB: mostly more than is taken in unread
  for (size_t i = 0; i < 3 * WatchHub::kMaxWaitingEvents; ++i) hub_.Publish(event);
  hub_.OnTime(clock_.Now());
  clock_.Advance(WatchHub::kEndMayTake);
  hub_.OnTime(clock_.Now());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (hub_.watchers() > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(hub_.watchers(), 0u);
  EXPECT_FALSE(silent.End().ok());
}

TEST_F(WatchHubTest, OneMoreThanMayWatchIsRefused) {
  std::vector<std::unique_ptr<EventStream>> streams;
  for (size_t i = 0; i < WatchHub::kMaxWatchers; ++i) {
    streams.push_back(std::make_unique<EventStream>(client_.get()));
    ASSERT_EQ(streams.back()->Next().kind(), v1::EVENT_KIND_WATCHING);
  }
  EXPECT_EQ(EventStream(client_.get()).End().error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(hub_.watchers(), WatchHub::kMaxWatchers);
}

}  // namespace
}  // namespace benari::media
