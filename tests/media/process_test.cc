// The real binary: flags, signals, exit codes.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/media/health_of.h"
#include "tests/media/media_process.h"
#include "tests/media/rpc/client.h"
#include "tests/media/udp_peer.h"

namespace benari::media {
namespace {

using ::testing::HasSubstr;

TEST(Process, SaysWhereItServes) {
  const ServingProcess node({"--node_name=media-1", "--rtp_port_min=30000", "--rtp_port_max=30009"});
  EXPECT_EQ(node.serving()["node"], "media-1");
  EXPECT_EQ(node.serving()["rtp_ports"], "30000..30009");
  EXPECT_TRUE(ParseEndpoint(node.serving()["metrics"].get<std::string>()).ok());
  Client client(node.grpc());
  v1::KeepAliveResponse keep;
  ASSERT_TRUE(client.KeepAlive({}, &keep).ok());
  EXPECT_EQ(keep.node().name(), "media-1");
  EXPECT_EQ(keep.node().grpc().port(), node.grpc().port);
  EXPECT_EQ(keep.ports_total(), 10u);
}

TEST(Process, ListsEveryMistakeAndExitsWithTwo) {
  const auto [code, output] = RunToEnd(
      {"--rtp_port_min=70000", "--rtp_port_max=-1", "--grpc_listen=nowhere", "--workers=0",
       "--io_engine=dpdk", "--batch_window_us=10001", "--unknown=1", "--log_format=xml", "--drain_seconds=-3",
       "--quarantine_ms=soon", "--max_ttl_ms=0", "--rtp_bind=localhost", "--bot_allow=private,http://bot",
       "--bot_threads=0", "--bot_credentials_dir=/nowhere", "--bot_tls_ca_file=/nowhere.pem",
       "--bot_start_buffer_ms=-1", "--bot_max_queue_seconds=0", "--bot_queue_mib=0"});
  EXPECT_EQ(code, 2);
  for (const char* line :
       {"--rtp_port_min=70000: accepted is 1..65535\n", "--rtp_port_max=-1: accepted is 1..65535\n",
        "--grpc_listen=nowhere: accepted is HOST:PORT", "--workers=0: accepted is 1..64\n",
        "--io_engine=dpdk: accepted is auto, epoll or io_uring",
        "--batch_window_us=10001: accepted is 0..10000",
        "--unknown=1: accepted is one of the flags that --help lists\n",
        "--log_format=xml: accepted is text or json\n", "--drain_seconds=-3: accepted is a number of seconds",
        "--quarantine_ms=soon: accepted is 0..600000\n", "--max_ttl_ms=0: accepted is 1..86400000\n",
        "--rtp_bind=localhost: accepted is an IPv4 or IPv6 address", "--bot_allow=private,http://bot: ",
        "--bot_threads=0: accepted is 1..64\n", "--bot_credentials_dir=/nowhere: accepted is a folder",
        "--bot_tls_ca_file=/nowhere.pem: No such file or directory; accepted is",
        "--bot_start_buffer_ms=-1: accepted is 0..1000\n", "--bot_max_queue_seconds=0: accepted is 1..3600\n",
        "--bot_queue_mib=0: accepted is 1..65536\n"}) {
    EXPECT_THAT(output, HasSubstr(line));
  }
}

TEST(Process, MistakesBetweenFlags) {
  struct Case {
    std::vector<std::string> flags;
    const char* line;
  };
  const Case cases[] = {
      {{"--rtp_port_min=300", "--rtp_port_max=200"},
       "--rtp_port_max=200: accepted is --rtp_port_min=300 or more"},
      {{"--rtp_bind=0.0.0.0"},
       "--rtp_advertise=: accepted is the name or address, without a port, that Asterisk sends RTP to, since "
       "--rtp_bind=0.0.0.0 is no address of one host\n"},
      {{"--rtp_bind=::"}, "since --rtp_bind=:: is no address of one host\n"},
      {{"--lease_rate_per_owner=1/s"}, "--lease_rate_per_owner=1/s: accepted is 0..1000000\n"},
      {{"--rtp_port_max=99999999999"}, "--rtp_port_max=99999999999: accepted is 1..65535\n"},
      {{"--rtp_advertise=0.0.0.0"}, "--rtp_advertise=0.0.0.0: accepted is"},
      {{"--rtp_advertise=10.0.0.1:5"}, "--rtp_advertise=10.0.0.1:5: accepted is"},
      {{"--grpc_listen=0.0.0.0:50051"}, "--grpc_advertise=: accepted is HOST:PORT where control reaches"},
      {{"--grpc_listen=[::]:50051"}, "--grpc_advertise=: accepted is"},
      {{"--grpc_listen="}, "--grpc_listen=: accepted is HOST:PORT"},
      {{"--node_name=a b"}, "--node_name=a b: accepted is"},
  };
  for (const Case& each : cases) {
    const auto [code, output] = RunToEnd(each.flags);
    EXPECT_EQ(code, 2) << each.line;
    EXPECT_THAT(output, HasSubstr(each.line));
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  }
}

TEST(Process, HelpNamesTheFlags) {
  const auto [code, output] = RunToEnd({"--help"});
  EXPECT_EQ(code, 0);
  EXPECT_THAT(output, HasSubstr("--rtp_port_max=26999\n"));
}

TEST(Process, ATakenPortIsOneLineAndExitCodeOne) {
  const ServingProcess first;
  const auto [code, output] =
      RunToEnd({absl::StrCat("--grpc_listen=", first.grpc().ToString()), "--metrics_listen="});
  EXPECT_EQ(code, 1);
  EXPECT_EQ(output, absl::StrCat("cannot serve gRPC on --grpc_listen=", first.grpc().ToString(),
                                 ": Address already in use\n"));
}

TEST(Process, MetricsAreServedOverIpv6) {
  const ServingProcess node({"--metrics_listen=[::1]:0"});
  EXPECT_EQ(node.metrics().host, "::1");
  const auto [code, output] =
      RunToEnd({"--grpc_listen=127.0.0.1:0", "--metrics_listen=" + node.metrics().ToString()});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr("cannot serve metrics on --metrics_listen=[::1]:"));
}

TEST(Process, MetricsOnAnAddressOfNobodyAreRefusedWithTheReason) {
  const auto [code, output] = RunToEnd({"--grpc_listen=127.0.0.1:0", "--metrics_listen=192.0.2.1:0"});
  EXPECT_EQ(code, 1);
  EXPECT_THAT(
      output,
      HasSubstr("cannot serve metrics on --metrics_listen=192.0.2.1:0: Cannot assign requested address"));
}

// It may come later, so a service manager starts it again, as it does for --grpc_listen.
TEST(Process, RtpOnAnAddressOfNobodyIsRefusedWithTheReason) {
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    const auto [code, output] =
        RunToEnd({"--grpc_listen=127.0.0.1:0", "--metrics_listen=", absl::StrCat("--rtp_bind=", address)});
    EXPECT_EQ(code, 1);
    EXPECT_EQ(output,
              absl::StrCat("--rtp_bind=", address,
                           ": Cannot assign requested address; accepted is an IPv4 or IPv6 address of this "
                           "host, 0.0.0.0 or ::\n"));
  }
}

TEST(Process, HealthcheckTellsServingFromDrainingFromGone) {
  std::string flag;
  {
    ServingProcess node;
    flag = absl::StrCat("--grpc_listen=", node.grpc().ToString());
    EXPECT_EQ(RunToEnd({"--healthcheck", flag}).first, 0);
    Client client(node.grpc());
    v1::LeasePortResponse lease;
    ASSERT_TRUE(client.LeasePort("a", &lease).ok());
    node.Signal(SIGTERM);
    node.ReadLine("\"draining\"");
    const auto [code, output] = RunToEnd({"--healthcheck", flag});
    EXPECT_EQ(code, 1);
    EXPECT_THAT(output, HasSubstr("NOT_SERVING"));
  }
  EXPECT_EQ(RunToEnd({"--healthcheck", flag}).first, 1);
}

TEST(Process, ADrainingNodeIsAliveThoughItServesNoMore) {
  ServingProcess node({"--health_listen=127.0.0.1:0"});
  const Endpoint health = ParseEndpoint(node.serving()["health"].get<std::string>()).value();
  Client client(node.grpc());
  v1::LeasePortResponse lease;
  ASSERT_TRUE(client.LeasePort("a", &lease).ok());
  for (const Endpoint& listen : {node.grpc(), health}) {
    for (const char* service : {"", "benari.media.v1.Media", "live"}) {
      EXPECT_EQ(HealthOf(listen, service), Health::SERVING) << listen.ToString() << service;
    }
  }
  node.Signal(SIGTERM);
  node.ReadLine("\"draining\"");
  for (const Endpoint& listen : {node.grpc(), health}) {
    EXPECT_EQ(HealthOf(listen, ""), Health::NOT_SERVING) << listen.ToString();
    EXPECT_EQ(HealthOf(listen, "benari.media.v1.Media"), Health::NOT_SERVING) << listen.ToString();
    EXPECT_EQ(HealthOf(listen, "live"), Health::SERVING) << listen.ToString();
  }
}

TEST(Process, SigtermWithoutLeasesEndsAtOnce) {
  for (const int signal : {SIGTERM, SIGINT}) {
    ServingProcess node;
    node.Signal(signal);
    node.ReadLine("\"drained\"");
    EXPECT_EQ(node.Wait(), 0);
  }
}

TEST(Process, SigtermWaitsForTheLastLease) {
  ServingProcess node({"--drain_seconds=inf"});
  Client client(node.grpc());
  v1::LeasePortResponse lease;
  ASSERT_TRUE(client.LeasePort("a", &lease).ok());
  UdpPeer peer;
  v1::StartSessionResponse started;
  ASSERT_TRUE(client.StartSession("a", peer.address(), &started).ok());
  node.Signal(SIGTERM);
  node.ReadLine("\"draining\"");
  EXPECT_EQ(client.LeasePort("b", &lease).error_code(), ::grpc::StatusCode::UNAVAILABLE);
  v1::KeepAliveResponse keep;
  ASSERT_TRUE(client.KeepAlive({"a"}, &keep).ok());
  EXPECT_TRUE(keep.draining());
  v1::ReleasePortResponse released;
  ASSERT_TRUE(client.ReleasePort("a", &released).ok());
  node.ReadLine("\"drained\"");
  EXPECT_EQ(node.Wait(), 0);
}

TEST(Process, DrainingEndsWhenItsTimeIsOver) {
  ServingProcess node({"--drain_seconds=0.2"});
  Client client(node.grpc());
  v1::LeasePortResponse lease;
  ASSERT_TRUE(client.LeasePort("a", &lease).ok());
  node.Signal(SIGTERM);
  node.ReadLine("\"drain timeout expired\"");
  EXPECT_EQ(node.Wait(), 0);
}

TEST(Process, TheSecondSigtermEndsAtOnce) {
  ServingProcess node({"--drain_seconds=inf", "--max_ttl_ms=3600000"});
  Client client(node.grpc());
  v1::LeasePortResponse lease;
  ASSERT_TRUE(client.LeasePort("a", &lease, 3600000).ok());
  EventStream watching(&client);  // and a stream does not hold it up
  node.Signal(SIGTERM);
  node.ReadLine("\"draining\"");
  node.Signal(SIGTERM);
  node.ReadLine("\"second signal received, ending at once\"");
  EXPECT_EQ(node.Wait(), 0);
}

}  // namespace
}  // namespace benari::media
