// /metrics: what it says, and who may keep it from saying it.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "tests/media/rpc/node_fixture.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using ::testing::HasSubstr;

int Connect(const Endpoint& server) {
  Sockaddr address;
  const socklen_t address_bytes = ToSockaddr(ParseSocketAddress(server).value(), &address);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, &address.any, address_bytes), 0);
  return fd;
}

std::string HttpGet(const Endpoint& server, const std::string& path) {
  const int fd = Connect(server);
  const std::string request = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t size; (size = read(fd, buffer, sizeof buffer)) > 0;) {
    answer.append(buffer, static_cast<size_t>(size));
  }
  close(fd);
  return answer;
}

TEST_F(NodeTest, Metrics) {
  EventStream events(&client_);
  EXPECT_EQ(events.Next().kind(), v1::EVENT_KIND_WATCHING);
  UdpPeer peer;
  UdpPeer stranger;
  const SocketAddress rtp = Loopback(static_cast<uint16_t>(Lease("a").rtp().port()));
  Lease("b");
  Start("a", peer.address());
  stranger.Send(RtpBytes(1), rtp);
  peer.Send(RtpBytes(1), rtp);
  ASSERT_TRUE(peer.Receive().has_value());
  const std::string metrics = HttpGet(node_->metrics(), "/metrics");
  for (const char* line :
       {"benari_media_ports{state=\"in_use\"} 2\n", "benari_media_ports{state=\"free\"} 6\n",
        "benari_media_leases{owner=\"benari\"} 2\n", "benari_media_sessions_running 1\n",
        "benari_media_watchers 1\n", "benari_media_draining 0\n", "benari_media_received_packets_total 1\n",
        "benari_media_sent_packets_total 1\n", "benari_media_sent_bytes_total 172\n",
        "benari_media_lost_packets 0\n", "benari_media_dropped_packets_total{reason=\"stranger\"} 1\n",
        "benari_media_bind_failures_total 0\n", "benari_media_lease_expiries_total 0\n",
        "benari_media_diagnoses_total{diagnosis=\"stranger\"} 0\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

// Such as those of a port scanner or a TCP probe. With one thread each of them held the next one up for half
// a minute.
TEST_F(NodeTest, ConnectionsThatSayNothingDoNotKeepMetricsAway) {
  std::vector<int> silent;
  for (int i = 0; i < 8; ++i) silent.push_back(Connect(node_->metrics()));
  EXPECT_THAT(HttpGet(node_->metrics(), "/metrics"), HasSubstr("benari_media_ports"));
  for (const int fd : silent) close(fd);
}

}  // namespace
}  // namespace benari::media
