#include "tests/bench/media/load.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <thread>

#include "media/net/sockaddr.h"
#include "media/net/udp_socket.h"
#include "tests/bench/media/ports_target.h"
#include "tests/harness/ports.h"

namespace benari::bench {
namespace {

using media::ParseSocketAddress;
using media::UdpSocket;
using std::chrono::milliseconds;

constexpr char kHost[] = "127.0.0.1";
constexpr size_t kSessions = 20;

LoadOptions Paced(size_t sessions) {
  LoadOptions options;
  options.sessions = sessions;
  options.packets_per_s = 50 * static_cast<double>(sessions);
  options.warm_up = milliseconds(100);
  options.measured = milliseconds(500);
  return options;
}

// Sends back what it is asked to: each datagram as often as `answers` says of its number.
class OddServer {
 public:
  explicit OddServer(std::function<int(int)> answers)
      : socket_(UdpSocket::Bind(ParseSocketAddress(Endpoint(kHost, 0)).value()).value()),
        thread_([this, answers] { Serve(answers); }) {}
  ~OddServer() {
    over_ = true;
    thread_.join();
  }
  Endpoint address() const { return socket_.local().ToEndpoint(); }

 private:
  void Serve(const std::function<int(int)>& answers) {
    char datagram[2048];
    for (int number = 0; !over_;) {
      pollfd ready{socket_.fd(), POLLIN, 0};
      if (poll(&ready, 1, 10) != 1) continue;
      media::Sockaddr from;
      socklen_t bytes = sizeof from;
      const ssize_t size = recvfrom(socket_.fd(), datagram, sizeof datagram, 0, &from.any, &bytes);
      for (int i = answers(number++); size > 0 && i > 0; --i) {
        sendto(socket_.fd(), datagram, static_cast<size_t>(size), 0, &from.any, bytes);
      }
    }
  }

  UdpSocket socket_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

LoadResult RunAgainst(const OddServer& server, const LoadOptions& options, Load* load) {
  while (load->sessions() < options.sessions) {
    EXPECT_TRUE(load->AddSession(kHost).ok());
    EXPECT_TRUE(load->ConnectLast(server.address()).ok());
  }
  return load->Run(options);
}

class WithReflector : public testing::TestWithParam<Waiting> {
 protected:
  WithReflector() {
    const Place place{std::nullopt, kHost, kSessions};
    auto started = PortsTarget::Start(ReflectorTarget(), place);
    EXPECT_TRUE(started.ok()) << started.status();
    reflector_ = std::move(*started);
    EXPECT_TRUE(reflector_->GrowTo(kSessions, &load_).ok());
  }
  std::unique_ptr<Target> reflector_;
  Load load_;
};

TEST_P(WithReflector, PacedPacketsAllComeBack) {
  LoadOptions options = Paced(kSessions);
  options.waiting = GetParam();
  options.server_cpu = [this] { return reflector_->Cpu(); };
  const LoadResult result = load_.Run(options);
  EXPECT_NEAR(static_cast<double>(result.sent), 500, 25);
  EXPECT_EQ(result.lost(), 0u);
  EXPECT_EQ(result.stray, 0u);
  EXPECT_EQ(result.rtt.count(), result.received);
  EXPECT_GT(result.rtt.Quantile(0.001).count(), 0);
  EXPECT_GE(result.rtt.max(), result.rtt.Quantile(0.5));
  EXPECT_EQ(result.received_by_session.size(), kSessions);
  for (const uint64_t received : result.received_by_session)
    EXPECT_NEAR(static_cast<double>(received), 25, 2);
  EXPECT_GT(result.server_cpu_each.count(), 0);
}

TEST_P(WithReflector, AClosedLoopKeepsGoing) {
  LoadOptions options = Paced(kSessions);
  options.packets_per_s = 0;
  options.burst = 4;
  options.waiting = GetParam();
  const LoadResult result = load_.Run(options);
  EXPECT_GT(result.sent, 2 * kSessions * options.burst);
  EXPECT_EQ(result.lost(), 0u);
  EXPECT_EQ(result.stray, 0u);
}

TEST_P(WithReflector, RunsFollowOneAnother) {
  for (int i = 0; i < 2; ++i) {
    LoadOptions options = Paced(kSessions / (i + 1));
    options.warm_up = milliseconds(0);
    options.measured = milliseconds(100);
    options.waiting = GetParam();
    EXPECT_EQ(load_.Run(options).lost(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Load, WithReflector, testing::Values(Waiting::kBusy, Waiting::kSleep),
                         [](const auto& each) { return each.param == Waiting::kBusy ? "Busy" : "Sleeping"; });

TEST(Load, EachTenthPacketThatIsDroppedIsSeen) {
  const OddServer server([](int number) { return number % 10 == 9 ? 0 : 1; });
  Load load;
  const LoadResult result = RunAgainst(server, Paced(kSessions), &load);
  EXPECT_NEAR(static_cast<double>(result.lost()), static_cast<double>(result.sent) / 10, 2);
}

TEST(Load, APacketThatComesTwiceHidesNoLoss) {
  const OddServer server([](int number) { return number % 2 == 0 ? 2 : 0; });
  Load load;
  const LoadResult result = RunAgainst(server, Paced(kSessions), &load);
  EXPECT_NEAR(static_cast<double>(result.lost()), static_cast<double>(result.sent) / 2, 2);
  EXPECT_GE(result.stray, result.received);
}

TEST(Load, AClosedLoopGivesUpWhatIsLost) {
  const OddServer server([](int number) { return number == 0 ? 0 : 1; });
  Load load;
  LoadOptions options = Paced(1);
  options.packets_per_s = 0;
  options.burst = 2;
  options.measured = milliseconds(1500);
  options.warm_up = milliseconds(0);
  EXPECT_GT(RunAgainst(server, options, &load).received, 0u);
}

TEST(Load, AServerThatIsGoneLosesEverything) {
  Load load;
  ASSERT_TRUE(load.AddSession(kHost).ok());
  ASSERT_TRUE(load.ConnectLast(Endpoint(kHost, e2e::FreeUdpPort())).ok());
  const LoadResult result = load.Run(Paced(1));
  EXPECT_EQ(result.received, 0u);
  EXPECT_EQ(result.lost(), result.sent);
}

}  // namespace
}  // namespace benari::bench
