// The real binary among strangers: who gets an answer, what is dropped, and what is said of it.
#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/harness/http.h"
#include "tests/media/free_ports.h"
#include "tests/media/media_process.h"
#include "tests/media/rpc/client.h"
#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

SocketAddress Address(const char* host, uint16_t port) {
  return ParseSocketAddress(Endpoint(host, port)).value();
}

bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// A node of its own process with the ports that it is given.
class EchoNode {
 public:
  explicit EchoNode(PortRange ports)
      : process({absl::StrCat("--rtp_port_min=", ports.min), absl::StrCat("--rtp_port_max=", ports.max),
                 "--quarantine_ms=0"}),
        client(process.grpc()) {}

  // Leases a port and echoes on it; the port.
  SocketAddress Echo(const std::string& id, const SocketAddress& peer,
                     v1::PeerPolicy policy = v1::PEER_POLICY_EXACT) {
    v1::LeasePortResponse lease;
    ::grpc::Status status = client.LeasePort(id, &lease);
    EXPECT_TRUE(status.ok()) << status.error_message();
    v1::StartSessionResponse started;
    status = client.StartSession(id, peer, &started, 0, policy);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return Loopback(static_cast<uint16_t>(lease.lease().rtp().port()));
  }

  v1::Session Get(const std::string& id) {
    v1::GetSessionResponse response;
    const ::grpc::Status status = client.GetSession(id, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.session();
  }

  uint64_t Dropped(const std::string& id) {
    uint64_t sum = 0;
    const v1::Session session = Get(id);
    for (const auto& [reason, count] : session.stats().dropped()) sum += count;
    return sum;
  }

  // Value of a line of /metrics; -1 without it.
  double Metric(const std::string& name) {
    e2e::HttpQuery query;
    query.server = process.metrics();
    query.path = "/metrics";
    const auto answer = e2e::Http(query);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::istringstream lines(answer.ok() ? answer->body : "");
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind(name + " ", 0) == 0) return std::stod(line.substr(name.size() + 1));
    }
    return -1;
  }
  double DroppedMetric(const std::string& reason) {
    return Metric(absl::StrCat("benari_media_dropped_packets_total{reason=\"", reason, "\"}"));
  }

  ServingProcess process;
  Client client;
};

// Sends a packet of its own after all else, and gets exactly that one back: whatever was sent to the port
// before has had its answer then, as a socket is read in order.
void ExpectOnlyOwnEcho(UdpPeer& peer, uint16_t sequence, const SocketAddress& port) {
  peer.Send(RtpBytes(sequence), port);
  const auto echo = peer.Receive();
  ASSERT_TRUE(echo.has_value());
  rtp::Packet packet;
  ASSERT_EQ(rtp::ParsePacket(*echo, &packet), rtp::ParseResult::kOk);
  EXPECT_EQ(packet.sequence, sequence);
  EXPECT_TRUE(peer.Silent());
}

TEST(Strangers, GetNoAnswerDoNotReachThePeerAndAreCounted) {
  EchoNode node(FreePorts(4));
  UdpPeer peer;
  const SocketAddress port = node.Echo("a", peer.address());
  UdpPeer other_port;
  UdpPeer other_host(Address("127.0.0.2", 0));
  UdpPeer other_host_same_port(Address("127.0.0.2", peer.address().port));
  for (UdpPeer* stranger : {&other_port, &other_host, &other_host_same_port}) {
    for (uint16_t sequence = 100; sequence < 130; ++sequence) stranger->Send(RtpBytes(sequence), port);
    stranger->Send({1, 2, 3}, port);
  }
  ExpectOnlyOwnEcho(peer, 1, port);
  for (UdpPeer* stranger : {&other_port, &other_host, &other_host_same_port}) EXPECT_TRUE(stranger->Silent());

  const v1::Session session = node.Get("a");
  EXPECT_THAT(session.stats().dropped(), UnorderedElementsAre(Pair("stranger", 93u)));
  EXPECT_EQ(session.stats().received_packets(), 1u);
  EXPECT_EQ(session.stats().sent_packets(), 1u);
  EXPECT_EQ(session.peer().port(), peer.address().port);
  EXPECT_FALSE(session.latched());
  EXPECT_EQ(node.DroppedMetric("stranger"), 93);
  EXPECT_EQ(node.Metric("benari_media_sent_packets_total"), 1);
}

TEST(Strangers, RubbishOfThePeerIsCountedByItsReason) {
  EchoNode node(FreePorts(4));
  UdpPeer peer;
  const SocketAddress port = node.Echo("a", peer.address());
  std::vector<uint8_t> version = RtpBytes(1);
  version[0] = 0x40;
  peer.Send({}, port);
  peer.Send(std::vector<uint8_t>(11, 0x80), port);
  peer.Send(std::vector<uint8_t>(9000, 0x80), port);
  peer.Send(version, port);
  peer.Send(RtpBytes(1, 0), port);
  ExpectOnlyOwnEcho(peer, 1, port);
  EXPECT_THAT(node.Get("a").stats().dropped(),
              UnorderedElementsAre(Pair("length", 3u), Pair("version", 1u), Pair("payload_type", 1u)));
  EXPECT_EQ(node.DroppedMetric("length"), 3);
  EXPECT_EQ(node.DroppedMetric("version"), 1);
  EXPECT_EQ(node.DroppedMetric("payload_type"), 1);
}

TEST(Strangers, OurOwnSsrcThatComesBackIsALoop) {
  EchoNode node(FreePorts(4));
  UdpPeer peer;
  const SocketAddress port = node.Echo("a", peer.address());
  peer.Send(RtpBytes(1), port);
  auto echo = peer.Receive();
  ASSERT_TRUE(echo.has_value());
  (*echo)[3] = 2;  // the next sequence number, so that it is no duplicate
  peer.Send(*echo, port);
  ExpectOnlyOwnEcho(peer, 3, port);
  EXPECT_THAT(node.Get("a").stats().dropped(), UnorderedElementsAre(Pair("loop", 1u)));
  EXPECT_EQ(node.DroppedMetric("loop"), 1);
}

// One node stands still while a packet is forged: it waits in its socket until the other has taken the place
// of the forger, port and all.
TEST(Strangers, TwoEchoServicesThatFaceEachOtherLetAForgedPacketDie) {
  const PortRange ports = FreePorts(2);
  EchoNode one({ports.min, ports.min});
  EchoNode other({ports.max, ports.max});
  const SocketAddress port = one.Echo("a", Loopback(ports.max));
  one.process.Stop();
  UdpPeer(Loopback(ports.max)).Send(RtpBytes(1), port);
  other.Echo("b", port);
  one.process.Signal(SIGCONT);

  const auto sent = [&] {
    return one.Get("a").stats().sent_packets() + other.Get("b").stats().sent_packets();
  };
  const auto dropped = [&] { return one.Dropped("a") + other.Dropped("b"); };
  ASSERT_TRUE(Eventually([&] { return dropped() > 0 || sent() > 1000; }));
  EXPECT_EQ(dropped(), 1u) << "the one packet that there was is gone";
  EXPECT_GE(sent(), 2u) << "it did go to and fro";
  EXPECT_LT(sent(), 6u);
}

TEST(Latch, TheFirstValidSourceBecomesThePeerOnce) {
  EchoNode node(FreePorts(4));
  UdpPeer named;
  UdpPeer first(Address("127.0.0.2", 0));
  const SocketAddress port = node.Echo("a", named.address(), v1::PEER_POLICY_LATCH);
  first.Send({1, 2, 3}, port);
  first.Send(RtpBytes(1, 0), port);
  ASSERT_TRUE(Eventually([&] { return node.Dropped("a") == 2; }));
  EXPECT_FALSE(node.Get("a").latched()) << "neither was valid RTP of the payload type";
  EXPECT_EQ(node.Get("a").peer().host(), "127.0.0.1");

  ExpectOnlyOwnEcho(first, 2, port);
  EXPECT_TRUE(node.Get("a").latched());
  EXPECT_EQ(node.Get("a").peer().host(), "127.0.0.2");
  EXPECT_EQ(node.Get("a").peer().port(), first.address().port);

  named.Send(RtpBytes(3), port);
  ExpectOnlyOwnEcho(first, 3, port);
  EXPECT_TRUE(named.Silent()) << "too late, although it was named";
  EXPECT_EQ(node.Get("a").stats().dropped().at("stranger"), 1u);
  EXPECT_EQ(node.DroppedMetric("stranger"), 1);
}

}  // namespace
}  // namespace benari::media
