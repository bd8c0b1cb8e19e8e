#include "media/net/udp_socket.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <utility>
#include <vector>

#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

SocketAddress Address(const char* host, uint16_t port) {
  return ParseSocketAddress(Endpoint(host, port)).value();
}

TEST(UdpSocket, BindsWhereItIsTold) {
  const auto socket = UdpSocket::Bind(Loopback(0));
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(socket->local().ToEndpoint().host, "127.0.0.1");
  EXPECT_NE(socket->local().port, 0);
}

TEST(UdpSocket, ATakenPortIsAlreadyExistsAndFreeOnceClosed) {
  auto first = UdpSocket::Bind(Loopback(0));
  ASSERT_TRUE(first.ok());
  const SocketAddress address = first->local();
  const absl::Status refused = UdpSocket::Bind(address).status();
  EXPECT_TRUE(absl::IsAlreadyExists(refused));
  EXPECT_EQ(refused.message(), "cannot bind " + address.ToString() + ": Address already in use");
  { const UdpSocket closes = *std::move(first); }
  EXPECT_TRUE(UdpSocket::Bind(address).ok());
}

TEST(UdpSocket, AnAddressOfNobodyHereIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(UdpSocket::Bind(Address("192.0.2.77", 0)).status()));
}

TEST(UdpSocket, WithoutDescriptorsItIsExhausted) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlimit none = limit;
  none.rlim_cur = 0;
  setrlimit(RLIMIT_NOFILE, &none);
  const absl::Status refused = UdpSocket::Bind(Loopback(0)).status();
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
}

TEST(UdpSocket, CountsWhatTheSystemDropped) {
  const UdpSocket socket = UdpSocket::Bind(Loopback(0)).value();
  UdpPeer peer;
  constexpr uint64_t kSent = 2000;
  for (uint64_t i = 0; i < kSent; ++i) peer.Send(RtpBytes(1), socket.local());
  const uint64_t overflowed = socket.Overflowed();
  EXPECT_GT(overflowed, 0u);
  uint64_t waiting = 0;
  uint8_t buffer[2048];
  while (recv(socket.fd(), buffer, sizeof buffer, 0) > 0) ++waiting;
  EXPECT_GT(waiting, 0u);
  EXPECT_EQ(waiting + overflowed, kSent);
}

TEST(UdpSocket, TheHighestPortCanBeBound) {
  const auto socket = UdpSocket::Bind(Loopback(65535));
  if (absl::IsAlreadyExists(socket.status())) GTEST_SKIP() << "somebody else has port 65535";
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(socket->local().port, 65535);
}

}  // namespace
}  // namespace benari::media
