// The real binary and TLS: mistakes in flags, the health check, the warning.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/common/certificates.h"
#include "tests/harness/http.h"
#include "tests/media/health_of.h"
#include "tests/media/media_process.h"
#include "tests/media/rpc/client.h"

namespace benari::media {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kWarning[] = "gRPC has no TLS";

class TlsProcessTest : public ::testing::Test {
 protected:
  TlsProcessTest() {
    certificates_.MakeCa("ca");
    certificates_.MakeCa("other_ca");
    certificates_.Make("node", "ca", "IP:127.0.0.1");
    certificates_.Make("other", "other_ca", "IP:127.0.0.1");
  }

  std::vector<std::string> Flags(const std::string& client_ca, const std::string& name) const {
    const TlsFiles files = certificates_.Files(client_ca, name);
    std::vector<std::string> flags = {"--grpc_tls_cert_file=" + files.cert,
                                      "--grpc_tls_key_file=" + files.key};
    if (!client_ca.empty()) flags.push_back("--grpc_tls_client_ca_file=" + files.ca);
    return flags;
  }

  // In an instant, and not while openssl writes: between key and certificate a node may look more than once.
  void Replace(const std::string& name, const std::string& by) const {
    for (const char* file : {".key", ".pem"}) {
      std::filesystem::rename(certificates_.File(by + file), certificates_.File(name + file));
    }
  }

  // All that a node with these flags says until it has ended.
  static std::string Said(std::vector<std::string> flags) {
    ServingProcess node(std::move(flags));
    node.Signal(SIGTERM);
    EXPECT_EQ(node.Wait(), 0);
    return node.output();
  }

  const Certificates certificates_;
};

TEST_F(TlsProcessTest, EachMistakeIsOneLine) {
  const std::string cert = certificates_.File("node.pem"), key = certificates_.File("node.key");
  std::ofstream(certificates_.File("rubbish")) << "no certificate\n";
  const std::string rubbish = certificates_.File("rubbish");
  certificates_.Make("expired", "ca", "IP:127.0.0.1", -1);
  struct Case {
    std::vector<std::string> flags;
    std::string line;
  };
  const Case cases[] = {
      {{"--grpc_tls_cert_file=" + cert}, "--grpc_tls_key_file=: accepted is the private key of"},
      {{"--grpc_tls_key_file=" + key}, "--grpc_tls_cert_file=: accepted is the certificate of"},
      {{"--grpc_tls_cert_file=/none", "--grpc_tls_key_file=" + key},
       "--grpc_tls_cert_file=/none: No such file or directory; accepted is a readable PEM file"},
      {{"--grpc_tls_cert_file=" + cert, "--grpc_tls_key_file=" + rubbish},
       "--grpc_tls_key_file=" + rubbish + ": accepted is a readable PEM file"},
      {{"--grpc_tls_cert_file=" + cert, "--grpc_tls_key_file=" + certificates_.File("other.key")},
       "and this is another's"},
      {Flags("", "expired"), "--grpc_tls_cert_file=" + certificates_.File("expired.pem") +
                                 ": accepted is a certificate that is valid now"},
      {{"--grpc_tls_client_ca_file=" + certificates_.File("ca.pem")},
       "--grpc_tls_cert_file=: accepted is the certificate to serve with"},
      {{"--grpc_tls_cert_file=" + cert, "--grpc_tls_key_file=" + key, "--grpc_tls_client_ca_file=/none"},
       "--grpc_tls_client_ca_file=/none: No such file or directory; accepted is a readable PEM file"},
      {{"--lease_rate_per_owner=-1"}, "--lease_rate_per_owner=-1: accepted is 0..1000000"},
      {{"--lease_rate_per_owner=nan"}, "--lease_rate_per_owner=nan: accepted is 0..1000000"},
      {{"--lease_burst_per_owner=0"}, "--lease_burst_per_owner=0: accepted is 1..1000000"},
  };
  for (const Case& each : cases) {
    const auto [code, output] = RunToEnd(each.flags);
    EXPECT_EQ(code, 2) << each.line;
    EXPECT_THAT(output, HasSubstr(each.line));
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  }
}

TEST_F(TlsProcessTest, TheHealthCheckSpeaksTlsAndMutualTls) {
  for (const char* client_ca : {"", "ca"}) {
    const ServingProcess node(Flags(client_ca, "node"));
    std::vector<std::string> flags = Flags(client_ca, "node");
    flags.push_back("--healthcheck");
    flags.push_back("--grpc_listen=" + node.grpc().ToString());
    EXPECT_EQ(RunToEnd(flags), std::pair(0, node.grpc().ToString() + ": SERVING\n"));

    std::vector<std::string> others = Flags(client_ca, "other");
    others.push_back("--healthcheck");
    others.push_back("--grpc_listen=" + node.grpc().ToString());
    const auto [code, output] = RunToEnd(others);
    EXPECT_EQ(code, 1) << "somebody else listens there";
    EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
    EXPECT_THAT(output, HasSubstr("certificate verify failed"));
  }
}

TEST_F(TlsProcessTest, AHealthCheckThatTakesTheOtherSideForPlainOrForTlsSaysSo) {
  const ServingProcess with(Flags("", "node")), without;
  const auto plain = RunToEnd({"--healthcheck", "--grpc_listen=" + with.grpc().ToString()});
  EXPECT_EQ(plain.first, 1);
  EXPECT_THAT(plain.second,
              HasSubstr("(is it TLS there? then give this check the process's --grpc_tls_ flags)\n"));
  std::vector<std::string> flags = Flags("", "node");
  flags.push_back("--healthcheck");
  flags.push_back("--grpc_listen=" + without.grpc().ToString());
  const auto encrypted = RunToEnd(flags);
  EXPECT_EQ(encrypted.first, 1);
  EXPECT_THAT(encrypted.second, HasSubstr("(no TLS there: "));
}

TEST_F(TlsProcessTest, WhileNoClientCanConnectItDoesNotServe) {
  std::vector<std::string> flags = Flags("ca", "node");
  flags.push_back("--health_listen=127.0.0.1:0");
  ServingProcess node(flags);
  const Endpoint health = ParseEndpoint(node.serving()["health"].get<std::string>()).value();
  EXPECT_EQ(HealthOf(health, "benari.media.v1.Media"), Health::SERVING);

  certificates_.Make("expired", "ca", "IP:127.0.0.1", -1);
  Replace("node", "expired");
  EXPECT_THAT(node.ReadLine("cannot be used"), HasSubstr("a certificate that is valid now"));
  EXPECT_EQ(HealthOf(health, "benari.media.v1.Media"), Health::NOT_SERVING);
  EXPECT_EQ(HealthOf(health, "live"), Health::SERVING);

  certificates_.Make("renewed", "ca", "IP:127.0.0.1");
  Replace("node", "renewed");
  node.ReadLine("can be used again");
  EXPECT_EQ(HealthOf(health, "benari.media.v1.Media"), Health::SERVING);
  node.Signal(SIGTERM);
  EXPECT_EQ(node.Wait(), 0);
}

TEST_F(TlsProcessTest, ACertificateOfAnotherCaThanItsClientsIsAWarning) {
  ServingProcess node(Flags("other_ca", "node"));
  EXPECT_THAT(node.ReadLine("is of no CA of --grpc_tls_client_ca_file"),
              HasSubstr("unable to get local issuer certificate"));
}

TEST_F(TlsProcessTest, TheMetricsTellWhenTheCertificateExpires) {
  const ServingProcess node(Flags("ca", "node"));
  e2e::HttpQuery query;
  query.server = node.metrics();
  query.path = "/metrics";
  const auto answer = e2e::Http(query);
  ASSERT_TRUE(answer.ok()) << answer.status();
  const std::string name = "\nbenari_media_tls_not_after_seconds ";
  const size_t at = answer->body.find(name);
  ASSERT_NE(at, std::string::npos) << answer->body;
  const auto expires = CertificatesExpire(certificates_.File("node.pem"));
  ASSERT_TRUE(expires.has_value());
  EXPECT_EQ(std::stod(answer->body.substr(at + name.size())), std::chrono::system_clock::to_time_t(*expires));
}

TEST_F(TlsProcessTest, WithoutTlsItWarnsWhenStrangersMayReachIt) {
  const std::vector<std::string> open = {"--grpc_listen=0.0.0.0:0", "--grpc_advertise=127.0.0.1:0"};
  const std::string said = Said(open);
  EXPECT_THAT(said, HasSubstr(kWarning));
  EXPECT_THAT(said, HasSubstr("--grpc_tls_cert_file"));
  EXPECT_EQ(said.find(kWarning), said.rfind(kWarning)) << "once";
  EXPECT_THAT(Said({"--grpc_listen=127.0.0.1:0"}), Not(HasSubstr(kWarning)));
  std::vector<std::string> encrypted = Flags("", "node");
  encrypted.insert(encrypted.end(), open.begin(), open.end());
  EXPECT_THAT(Said(encrypted), Not(HasSubstr(kWarning)));
}

}  // namespace
}  // namespace benari::media
