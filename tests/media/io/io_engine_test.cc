#include "media/io/io_engine.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <set>
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
    dialled_.assign(datagrams.back().dialled.begin(), datagrams.back().dialled.end());
  }
  void OnSendDone(Clock::Time, size_t, bool sent) override { sent_.push_back(sent); }

  size_t received() const { return received_; }
  const std::vector<bool>& sent() const { return sent_; }
  const std::vector<uint8_t>& dialled() const { return dialled_; }

 private:
  UdpSocket socket_;
  size_t received_ = 0;
  std::vector<bool> sent_;
  std::vector<uint8_t> dialled_;  // of the last one
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
    const std::vector<uint8_t> own = {1, 2, 3, 4};
    engine_->Send(&reflector, {own, peer.local(), reflector.dialled()});
    engine_->Flush();
    char buffer[8];
    EXPECT_EQ(recv(peer.fd(), buffer, sizeof buffer, 0), 4) << "what did not come in";
    engine_->Remove(&reflector);
  }
}

// What did not come in: copied, sent with the round's others, and told like any other. More of it than an
// engine has buffers for goes too.
TEST_P(IoEngineTest, SendsWhatDidNotComeIn) {
  UdpPeer peer;
  Reflector one;
  Reflector other;
  ASSERT_TRUE(engine_->Add(&one).ok());
  ASSERT_TRUE(engine_->Add(&other).ok());
  for (const size_t packets : {1, 3, 700}) {
    SCOPED_TRACE(packets);
    const size_t before = one.sent().size();
    for (size_t i = 0; i < packets; ++i) {
      std::vector<uint8_t> bytes = {static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)};
      engine_->Send(&one, {bytes, peer.address(), {}});
      bytes.assign(2, 0xff);  // it has a copy
    }
    engine_->Send(&other, {std::vector<uint8_t>{0xee}, peer.address(), {}});
    engine_->Flush();
    EXPECT_EQ(one.sent().size(), before + packets);
    std::set<size_t> received;
    for (size_t i = 0; i < packets; ++i) {
      const auto bytes = peer.Receive(seconds(5));
      if (!bytes) break;  // the peer's socket was full
      if (bytes->size() == 2) received.insert((*bytes)[0] | (*bytes)[1] << 8);
    }
    EXPECT_GE(received.size(), std::min<size_t>(packets, 100) - 1);
    while (peer.Receive(milliseconds(0))) {
    }
  }
  EXPECT_EQ(one.sent(), std::vector<bool>(one.sent().size(), true));
  EXPECT_EQ(other.sent().size(), 3u);

  shutdown(one.fd(), SHUT_WR);  // on a UDP socket: it sends no more
  engine_->Send(&one, {std::vector<uint8_t>{1}, peer.address(), {}});
  engine_->Flush();
  EXPECT_FALSE(one.sent().back());
  engine_->Remove(&one);
  engine_->Remove(&other);
}

// From within a handler too, and without a Flush: the next round sends it.
TEST_P(IoEngineTest, AHandlerSendsOfItsOwnWhileItReceives) {
  class Doubler : public Reflector {
   public:
    explicit Doubler(IoEngine& engine) : engine_(engine) {}
    void OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) override {
      Reflector::OnDatagrams(now, datagrams);
      for (const Datagram& each : datagrams) engine_.Send(this, {each.bytes, each.source, each.dialled});
    }

   private:
    IoEngine& engine_;
  };
  UdpPeer peer;
  Doubler doubler(*engine_);
  ASSERT_TRUE(engine_->Add(&doubler).ok());
  for (size_t i = 1; i <= 50; ++i) {
    peer.Send({1, 2, 3}, Loopback(doubler.port()));
    const Clock::Time deadline = clock_.Now() + seconds(20);
    while (doubler.received() < i && clock_.Now() < deadline) engine_->RunOnce(deadline);
    engine_->RunOnce(clock_.Now());
    ASSERT_EQ(doubler.sent().size(), 2 * i);
    for (int copy = 0; copy < 2; ++copy) EXPECT_EQ(peer.Receive(), (std::vector<uint8_t>{1, 2, 3}));
  }
  engine_->Remove(&doubler);
}

// Clocks of 20 ms want more than a millisecond's rounding; and never early.
TEST_P(IoEngineTest, WaitsUntilTheTimeAndNotLonger) {
  Clock::Duration latest{0};
  for (int i = 0; i < 20; ++i) {
    const Clock::Time until = clock_.Now() + std::chrono::microseconds(2300);
    Clock::Time now = engine_->RunOnce(until).now;
    while (now < until) now = engine_->RunOnce(until).now;
    latest = i == 0 ? now - until : std::min(latest, now - until);
  }
  EXPECT_LT(latest, std::chrono::microseconds(600)) << "the best of them";
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
