// A tone over gRPC, heard on a socket.
#include <gmock/gmock.h>

#include <set>

#include "tests/fakes/alaw.h"
#include "tests/media/rpc/node_fixture.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using ::grpc::StatusCode;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

class ToneTest : public NodeTest {
 protected:
  static v1::StartSessionRequest Request(const std::string& lease_id, const SocketAddress& peer) {
    v1::StartSessionRequest request;
    request.mutable_owner()->set_name("benari");
    request.mutable_owner()->set_epoch(1);
    request.set_lease_id(lease_id);
    request.mutable_peer()->set_host("127.0.0.1");
    request.mutable_peer()->set_port(peer.port);
    request.set_peer_policy(v1::PEER_POLICY_EXACT);
    request.set_payload_type(8);
    request.set_clock_rate_hz(8000);
    request.set_no_media_timeout_ms(60000);
    v1::ToneSegment* const tone = request.mutable_tone()->add_segments();
    tone->add_frequencies_hz(425);
    tone->set_duration_ms(100);
    request.mutable_tone()->add_segments()->set_duration_ms(100);
    return request;
  }

  ::grpc::Status StartTone(const v1::StartSessionRequest& request, v1::StartSessionResponse* response) {
    return client_.stub->StartSession(Client::Context().get(), request, response);
  }
};

// 100 ms of tone and 100 ms of silence by turns: the peer hears it without having sent a packet.
TEST_F(ToneTest, IsHeardByAPeerThatSaysNothing) {
  UdpPeer peer;
  Lease("tone");
  v1::StartSessionResponse started;
  ASSERT_TRUE(StartTone(Request("tone", peer.address()), &started).ok());
  std::vector<bool> loud;
  std::set<uint32_t> ssrcs;
  std::optional<uint16_t> last;
  for (int i = 0; i < 25; ++i) {
    const auto bytes = peer.Receive();
    ASSERT_TRUE(bytes.has_value()) << i;
    rtp::Packet packet;
    ASSERT_EQ(rtp::ParsePacket(*bytes, &packet), rtp::ParseResult::kOk);
    EXPECT_EQ(packet.payload_type, 8);
    if (last) {
      EXPECT_EQ(packet.sequence, static_cast<uint16_t>(*last + 1));
    }
    last = packet.sequence;
    ssrcs.insert(packet.ssrc);
    int peak = 0;
    for (size_t at = packet.payload_offset; at < bytes->size(); ++at) {
      peak = std::max(peak, std::abs(int{fakes::FromAlaw((*bytes)[at])}));
    }
    loud.push_back(peak > 4000);
  }
  EXPECT_EQ(ssrcs, std::set<uint32_t>{started.session().ssrc()});
  const auto loud_count = std::count(loud.begin(), loud.end(), true);
  EXPECT_GE(loud_count, 5) << "a stall of the machine leaves frames out";
  EXPECT_LE(loud_count, 20);
  EXPECT_TRUE(loud[0]);

  const v1::Session running = Get("tone");
  EXPECT_GE(running.stats().sent_packets(), 25u);
  EXPECT_TRUE(running.has_first_sent_at());
  EXPECT_FALSE(running.has_first_received_at());
  EXPECT_EQ(running.processor_state(), v1::PROCESSOR_STATE_ACTIVE);
  const v1::Session released = Release("tone");
  EXPECT_GE(released.stats().sent_packets(), running.stats().sent_packets());
  EXPECT_EQ(released.stats().dropped_size(), 0);
}

TEST_F(ToneTest, TheSessionShowsWhatStartSessionWasTold) {
  UdpPeer peer;
  Lease("tone");
  v1::StartSessionRequest request = Request("tone", peer.address());
  request.set_peer_policy(v1::PEER_POLICY_LATCH);
  request.mutable_tone()->set_repetitions(1);
  v1::StartSessionResponse started;
  ASSERT_TRUE(StartTone(request, &started).ok());
  EXPECT_EQ(started.session().tone().SerializeAsString(), request.tone().SerializeAsString());
  EXPECT_EQ(started.session().peer_policy(), v1::PEER_POLICY_LATCH);
  EXPECT_EQ(started.session().clock_rate_hz(), 8000u);
  EXPECT_EQ(started.session().no_media_timeout_ms(), 60000u);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Get("tone").processor_state() != v1::PROCESSOR_STATE_FINISHED &&
         std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_EQ(Get("tone").processor_state(), v1::PROCESSOR_STATE_FINISHED);
  EXPECT_EQ(Get("tone").state(), v1::SESSION_STATE_RUNNING);

  ASSERT_TRUE(StartTone(request, &started).ok()) << "the same request again";
  request.mutable_tone()->set_repetitions(2);
  const ::grpc::Status other = StartTone(request, &started);
  EXPECT_EQ(other.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(other.error_message(),
              HasSubstr("another session runs on lease_id tone: tone, peer 127.0.0.1:"));
}

// Many clocks on one worker, each with its own phase, and a session that echoes beside them.
TEST_F(ToneTest, TonesAndEchoesSideBySide) {
  std::vector<UdpPeer> peers(6);
  std::vector<v1::StartSessionResponse> tones(6);
  for (size_t i = 0; i < peers.size(); ++i) {
    const std::string id = "tone" + std::to_string(i);
    Lease(id);
    ASSERT_TRUE(StartTone(Request(id, peers[i].address()), &tones[i]).ok());
  }
  UdpPeer caller;
  const v1::Lease echo = Lease("echo");
  Start("echo", caller.address());
  for (uint16_t sequence = 1; sequence <= 20; ++sequence) {
    caller.Send(RtpBytes(sequence), Loopback(static_cast<uint16_t>(echo.rtp().port())));
    ASSERT_TRUE(caller.Receive().has_value());
    for (UdpPeer& peer : peers) ASSERT_TRUE(peer.Receive().has_value());
  }
  for (size_t i = 0; i < peers.size(); ++i) Release("tone" + std::to_string(i));
  EXPECT_EQ(Release("echo").stats().sent_packets(), 20u);
}

}  // namespace
}  // namespace benari::media
