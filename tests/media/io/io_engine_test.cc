#include "media/io/io_engine.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "media/io/engine_choice.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sends everything back, and keeps what became of it.
class Reflector : public DatagramHandler {
 public:
  int fd() const override { return socket_.fd(); }
  uint16_t port() const { return socket_.local().port; }
  void OnDatagrams(Clock::Time, std::span<Datagram> datagrams) override {
    for (Datagram& datagram : datagrams) datagram.send_back = true;
  }
  void OnSendDone(Clock::Time, const Datagram&, bool sent) override { sent_.push_back(sent); }

  const std::vector<bool>& sent() const { return sent_; }

 private:
  UdpSocket socket_ = UdpSocket::Bind(Loopback(0)).value();
  std::vector<bool> sent_;
};

class IoEngineTest : public ::testing::TestWithParam<EngineKind> {
 protected:
  void SetUp() override {
    auto engines = NewIoEngines(GetParam(), 1, clock_, milliseconds(1));
    if (!engines.ok()) GTEST_SKIP() << engines.status();
    engine_ = std::move(engines->engines[0]);
  }

  void RunUntilTold(const Reflector& reflector, size_t packets) {
    const Clock::Time deadline = clock_.Now() + seconds(20);
    while (reflector.sent().size() < packets && clock_.Now() < deadline) engine_->RunOnce(deadline);
    ASSERT_EQ(reflector.sent().size(), packets);
  }

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

std::string NameOf(const ::testing::TestParamInfo<EngineKind>& tested) {
  return AbslUnparseFlag(tested.param);
}

INSTANTIATE_TEST_SUITE_P(Engines, IoEngineTest, ::testing::Values(EngineKind::kEpoll, EngineKind::kIoUring),
                         NameOf);

}  // namespace
}  // namespace benari::media
