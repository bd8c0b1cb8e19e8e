// A node alone, called over gRPC, against the conformance kit of tests/bots; its peer sends one packet.
#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "tests/harness/bot_process.h"
#include "tests/media/media_process.h"
#include "tests/media/rpc/client.h"
#include "tests/media/rtp_bytes.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

constexpr char kLease[] = "call-1";
constexpr char kKeys[] = "12*#";

class BotConformance : public ::testing::TestWithParam<const char*> {
 protected:
  void StartBot(const std::string& url) {
    v1::LeasePortResponse leased;
    ASSERT_TRUE(client_.LeasePort(kLease, &leased).ok());
    owner_ = leased.lease().owner();
    v1::StartSessionRequest request;
    *request.mutable_owner() = owner_;
    request.set_lease_id(kLease);
    request.mutable_peer()->set_host("127.0.0.1");
    request.mutable_peer()->set_port(peer_.address().port);
    request.set_payload_type(0);
    request.set_clock_rate_hz(8000);
    v1::Bot& bot = *request.mutable_bot();
    bot.set_url(url);
    bot.set_call_sid("CA0123456789abcdef0123456789abcdef");
    bot.set_drain_ms(10000);
    bot.set_reconnect_ms(10000);
    (*bot.mutable_parameters())["from_number"] = "100";
    v1::StartSessionResponse started;
    const auto status = client_.stub->StartSession(Client::Context().get(), request, &started);
    ASSERT_TRUE(status.ok()) << status.error_message();
    peer_.Send(RtpBytes(1, 0), Loopback(static_cast<uint16_t>(leased.lease().rtp().port())));
  }

  // What the kit asks its caller for; called by the thread that reads its output.
  void Obey(const std::string& line) {
    if (absl::StartsWith(line, "press")) {
      v1::SendDigitsRequest request;
      *request.mutable_owner() = owner_;
      request.set_lease_id(kLease);
      request.set_digits(kKeys);
      v1::SendDigitsResponse sent;
      const auto status = client_.stub->SendDigits(Client::Context().get(), request, &sent);
      EXPECT_TRUE(status.ok()) << status.error_message();
    } else if (absl::StartsWith(line, "hang up")) {
      v1::StopSessionResponse stopped;
      EXPECT_TRUE(client_.StopSession(kLease, &stopped).ok());
    }
  }

  ServingProcess node_{{std::string("--io_engine=") + GetParam()}};
  Client client_{node_.grpc()};
  UdpPeer peer_;
  v1::Owner owner_;
};

TEST_P(BotConformance, TheKitFindsNothing) {
  auto kit = e2e::BotProcess::Start("conformance.kit",
                                    {std::string("--digits=") + kKeys, "--max_gap_s=2", "--patience_s=10"},
                                    [this](const std::string& line) { Obey(line); });
  ASSERT_TRUE(kit.ok()) << kit.status();
  StartBot((*kit)->url("/any/path"));
  EXPECT_EQ((*kit)->process().WaitForExit(std::chrono::seconds(90)), 0) << (*kit)->process().LastLines(40);
}

INSTANTIATE_TEST_SUITE_P(Engines, BotConformance, ::testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace benari::media
