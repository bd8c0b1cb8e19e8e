#include "media/io/io_engine.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "media/io/engine_choice.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kWindow{20};

// Sends back everything that is not empty, and keeps what became of it.
class Reflector : public DatagramHandler {
 public:
  explicit Reflector(const SocketAddress& bind = Loopback(0)) : socket_(UdpSocket::Bind(bind).value()) {}

  int fd() const override { return socket_.fd(); }
  uint16_t port() const { return socket_.local().port; }
  void OnDatagrams(Clock::Time, std::span<Datagram> datagrams) override {
    received_ += datagrams.size();
    for (Datagram& datagram : datagrams) datagram.send_back = !datagram.bytes.empty();
  }
  void OnSendDone(Clock::Time, const Datagram&, bool sent) override { sent_.push_back(sent); }

  size_t received() const { return received_; }
  const std::vector<bool>& sent() const { return sent_; }

 private:
  UdpSocket socket_;
  size_t received_ = 0;
  std::vector<bool> sent_;
};

class IoEngineTest : public ::testing::TestWithParam<EngineKind> {
 protected:
  void SetUp() override {
    auto engines = NewIoEngines(GetParam(), 1, clock_, kWindow);
    if (!engines.ok()) GTEST_SKIP() << engines.status();
    engine_ = std::move(engines->engines[0]);
  }

  void RunUntilTold(const Reflector& reflector, size_t packets) {
    const Clock::Time deadline = clock_.Now() + seconds(20);
    while (reflector.sent().size() < packets && clock_.Now() < deadline) engine_->RunOnce(deadline);
    ASSERT_EQ(reflector.sent().size(), packets);
  }

  // Keeps `reflector` busy until rounds wait for one another's packets.
  void RunUntilGathering(UdpPeer* peer, const Reflector& reflector) {
    const Clock::Time deadline = clock_.Now() + seconds(20);
    size_t told = reflector.sent().size();
    int waited = 0;
    while (waited < 3 && clock_.Now() < deadline) {
      for (int i = 0; i < 20; ++i) peer->Send({1, 2, 3}, Loopback(reflector.port()));
      told += 20;
      while (reflector.sent().size() < told && clock_.Now() < deadline) {
        if (IsWindow(engine_->RunOnce(deadline))) ++waited;
      }
      while (peer->Receive(milliseconds(0))) {
      }
    }
    ASSERT_EQ(reflector.sent().size(), told);
  }
  // Whether a round waited although packets lay there.
  static bool IsWindow(const IoEngine::Ran& ran) { return ran.now - ran.waits_since >= kWindow / 2; }

  RealClock clock_;
  std::unique_ptr<IoEngine> engine_;
};

// Whether rounds are short, or wait for one another's packets.
TEST_P(IoEngineTest, EachPacketIsToldToBeSentOrNot) {
  constexpr size_t kPackets = 2000;
  constexpr size_t kAtOnce = 20;
  UdpPeer peer;
  Reflector reflector;
  ASSERT_TRUE(engine_->Add(&reflector).ok());
  for (size_t sent = 0; sent < kPackets; sent += kAtOnce) {
    for (size_t i = 0; i < kAtOnce; ++i) peer.Send({1, 2, 3}, Loopback(reflector.port()));
    RunUntilTold(reflector, sent + kAtOnce);
    for (size_t i = 0; i < kAtOnce; ++i) ASSERT_TRUE(peer.Receive(milliseconds(0)).has_value()) << sent + i;
  }
  EXPECT_EQ(reflector.sent(), std::vector<bool>(kPackets, true));

  shutdown(reflector.fd(), SHUT_WR);  // on a UDP socket: it sends no more
  peer.Send({1, 2, 3}, Loopback(reflector.port()));
  peer.Send({1, 2, 3}, Loopback(reflector.port()));
  RunUntilTold(reflector, kPackets + 2);
  EXPECT_FALSE(reflector.sent()[kPackets]);
  EXPECT_FALSE(reflector.sent()[kPackets + 1]);
  EXPECT_TRUE(peer.Silent());
  engine_->Remove(&reflector);
}

// A datagram without a byte ends io_uring's receive request: it must not cost the socket a window.
TEST_P(IoEngineTest, EmptyDatagramsHoldNothingUp) {
  constexpr size_t kEmpty = 40;
  constexpr size_t kPacketsBehindEach = 5;  // so many that a window goes on being worth it
  UdpPeer peer;
  Reflector reflector;
  ASSERT_TRUE(engine_->Add(&reflector).ok());
  RunUntilGathering(&peer, reflector);
  const size_t all = reflector.sent().size() + kEmpty * kPacketsBehindEach;
  for (size_t i = 0; i < kEmpty; ++i) {
    peer.Send({}, Loopback(reflector.port()));
    for (size_t j = 0; j < kPacketsBehindEach; ++j) peer.Send({1, 2, 3}, Loopback(reflector.port()));
  }
  size_t windows = 0;
  const Clock::Time deadline = clock_.Now() + seconds(20);
  while (reflector.sent().size() < all && clock_.Now() < deadline) {
    if (IsWindow(engine_->RunOnce(deadline))) ++windows;
  }
  EXPECT_EQ(reflector.sent().size(), all);
  EXPECT_LT(windows, kEmpty / 4);
  engine_->Remove(&reflector);
}

// On a host with several addresses an answer comes from the one that was dialled. A connected peer receives
// from nowhere else.
TEST_P(IoEngineTest, BoundToAnyAddressItAnswersFromTheOneThatWasDialled) {
  struct Case {
    const char* bind;
    const char* from;
    const char* dialled;
  };
  for (const Case& each : {Case{"0.0.0.0", "127.0.0.1", "127.0.0.2"}, Case{"::", "127.0.0.1", "127.0.0.2"},
                           Case{"::", "::1", "::1"}, Case{"127.0.0.2", "127.0.0.1", "127.0.0.2"}}) {
    SCOPED_TRACE(std::string(each.bind) + " dialled as " + each.dialled);
    const auto bind = ParseSocketAddress(Endpoint(each.bind, 0));
    const auto from = ParseSocketAddress(Endpoint(each.from, 0));
    Reflector reflector(*bind);
    ASSERT_TRUE(engine_->Add(&reflector).ok());
    const UdpSocket peer = UdpSocket::Bind(*from).value();
    Sockaddr dialled;
    const socklen_t bytes =
        ToSockaddr(*ParseSocketAddress(Endpoint(each.dialled, reflector.port())), &dialled);
    ASSERT_EQ(connect(peer.fd(), &dialled.any, bytes), 0);
    for (size_t sent = 1; sent <= 3; ++sent) {
      ASSERT_EQ(send(peer.fd(), "abc", 3, 0), 3);
      RunUntilTold(reflector, sent);
      EXPECT_TRUE(reflector.sent().back());
      char buffer[8];
      EXPECT_EQ(recv(peer.fd(), buffer, sizeof buffer, 0), 3);
    }
    engine_->Remove(&reflector);
  }
}

// While one socket is flooded the others have their turn.
TEST(EpollEngine, ASocketGetsOneBatchARound) {
  RealClock clock;
  const auto engine = std::move(NewIoEngines(EngineKind::kEpoll, 1, clock, milliseconds(0))->engines[0]);
  UdpPeer peer;
  Reflector reflector;
  ASSERT_TRUE(engine->Add(&reflector).ok());
  size_t left = 96;
  for (size_t i = 0; i < left; ++i) peer.Send({1, 2, 3}, Loopback(reflector.port()));
  while (left > 0) {
    peer.Send({1, 2, 3}, Loopback(reflector.port()));  // which epoll reports anew
    ++left;
    const size_t before = reflector.received();
    engine->RunOnce(clock.Now() + seconds(20));
    const size_t batch = reflector.received() - before;
    ASSERT_EQ(batch, std::min<size_t>(left, 32));
    left -= batch;
  }
  engine->Remove(&reflector);
}

std::string NameOf(const ::testing::TestParamInfo<EngineKind>& tested) {
  return AbslUnparseFlag(tested.param);
}

INSTANTIATE_TEST_SUITE_P(Engines, IoEngineTest, ::testing::Values(EngineKind::kEpoll, EngineKind::kIoUring),
                         NameOf);

}  // namespace
}  // namespace benari::media
