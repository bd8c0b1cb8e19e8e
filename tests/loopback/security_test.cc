// Both binaries over TLS, with a latching session, and with a node that leases rarely.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

#include "tests/common/certificates.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using ::testing::HasSubstr;

class MediaTlsTest : public LoopbackTest {
 protected:
  MediaTlsTest() {
    certificates_.MakeCa("ca");
    certificates_.MakeCa("other_ca");
    certificates_.Make("node", "ca", "DNS:media,IP:127.0.0.1");
    certificates_.Make("control", "ca", "DNS:control");
    media_tls_ = certificates_.Files("ca", "control");
  }

  // A node that serves clients with a certificate of `client_ca` only; "": all.
  void StartTlsMedia(const std::string& client_ca) {
    const TlsFiles files = certificates_.Files(client_ca, "node");
    std::vector<std::string> flags = {"--grpc_tls_cert_file=" + files.cert,
                                      "--grpc_tls_key_file=" + files.key};
    if (!client_ca.empty()) flags.push_back("--grpc_tls_client_ca_file=" + files.ca);
    StartMedia(flags);
  }
  std::vector<std::string> ControlFlags(const std::string& ca, const std::string& name,
                                        const std::string& server_name = "") const {
    const TlsFiles files = certificates_.Files(ca, name);
    std::vector<std::string> flags = {"--media_tls_ca_file=" + files.ca,
                                      "--media_tls_server_name=" + server_name};
    if (!name.empty()) {
      flags.push_back("--media_tls_cert_file=" + files.cert);
      flags.push_back("--media_tls_key_file=" + files.key);
    }
    return flags;
  }
  // Why control does not reach its only node.
  std::string WhyNotReached() {
    const std::string why = Logged("media node not reached").Field("why");
    EXPECT_EQ(Outcome(asterisk().PlaceCall()), "refused");
    return why;
  }

  int64_t LinesWith(const std::string& text) {
    const std::vector<std::string> lines = control().process().Lines();
    return std::count_if(lines.begin(), lines.end(),
                         [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }

  const Certificates certificates_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

TEST_F(MediaTlsTest, AWholeCallOverMutualTls) {
  StartAsterisk();
  StartTlsMedia("ca");
  std::vector<std::string> flags = ControlFlags("ca", "control", "media");
  flags.push_back("--echo_seconds=0.5");
  StartControl(flags);
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  Logged("media node up");
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");  // comes over the watch
  LoggedField("phase", "connected");
  EXPECT_GT(asterisk().CallerHeard(caller).received_packets, 10u);
  EXPECT_EQ(Sessions().sessions_size(), 0);
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "completed");
}

TEST_F(MediaTlsTest, ACertificateOfAnotherCaIsSaid) {
  StartAsterisk();
  StartTlsMedia("");
  std::vector<std::string> flags = ControlFlags("other_ca", "");
  flags.push_back("--log_level=debug");
  StartControl(flags);
  EXPECT_THAT(WhyNotReached(), HasSubstr("is not of --media_tls_ca_file="));
  ASSERT_TRUE(Eventually([this] { return LinesWith("SSL routines::certificate verify failed.") >= 9; }))
      << "gRPC's own line for each handshake";
  EXPECT_LE(LinesWith("media node not reached"),
            1 + (std::chrono::steady_clock::now() - begun_) / std::chrono::seconds(30));
}

TEST_F(MediaTlsTest, ACertificateForAnotherNameIsSaid) {
  StartAsterisk();
  StartTlsMedia("");
  StartControl(ControlFlags("ca", "", "other"));
  EXPECT_THAT(WhyNotReached(), HasSubstr("--media_tls_server_name"));
}

TEST_F(MediaTlsTest, ANodeThatWantsACertificateIsSaid) {
  StartAsterisk();
  StartTlsMedia("ca");
  StartControl(ControlFlags("ca", ""));
  EXPECT_THAT(WhyNotReached(), HasSubstr("set --media_tls_cert_file"));
}

TEST_F(MediaTlsTest, ANodeThatWantsTlsIsSaid) {
  StartAsterisk();
  StartTlsMedia("ca");
  StartControl({});
  EXPECT_THAT(WhyNotReached(), HasSubstr("set --media_tls_ca_file"));
}

class RtpSourceTest : public LoopbackTest, public ::testing::WithParamInterface<bool> {};

TEST_P(RtpSourceTest, IsExactUnlessTheFlagSaysLatch) {
  const bool latch = GetParam();
  std::vector<std::string> flags = {"--echo_seconds=inf"};
  if (latch) flags.push_back("--rtp_source=latch");
  StartServices(flags);
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  ASSERT_EQ(Sessions().sessions_size(), 1);
  const media::v1::Session session = Sessions().sessions(0);
  EXPECT_EQ(session.latched(), latch);
  EXPECT_EQ(Logged("session started").Field("peer"),
            Endpoint(session.peer().host(), static_cast<uint16_t>(session.peer().port())).ToString());
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

INSTANTIATE_TEST_SUITE_P(ExactAndLatch, RtpSourceTest, ::testing::Bool());

using LeaseRateTest = LoopbackTest;

TEST_F(LeaseRateTest, ANodeThatLeasesNoMoreForNowIsPassedOver) {
  StartAsterisk();
  for (int node = 0; node < 2; ++node)
    StartMedia({"--lease_rate_per_owner=0.000001", "--lease_burst_per_owner=2"});
  StartControl({"--echo_seconds=inf"});
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  std::vector<std::string> callers;
  for (int i = 0; i < 4; ++i) callers.push_back(asterisk().PlaceCall());
  ASSERT_TRUE(Eventually([this] { return Sessions(0).sessions_size() + Sessions(1).sessions_size() == 4; }));
  EXPECT_EQ(Sessions(0).sessions_size(), 2);
  EXPECT_EQ(Outcome(asterisk().PlaceCall()), "refused");
  EXPECT_THAT(Logged("no port leased").Field("why"), HasSubstr("leases too often"));
  for (const std::string& caller : callers) {
    asterisk().HangUpCaller(caller);
    EXPECT_EQ(Outcome(caller), "caller_hung_up");
  }
}

}  // namespace
}  // namespace benari::loopback
