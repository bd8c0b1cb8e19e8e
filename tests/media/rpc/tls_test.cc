// gRPC over TLS and mutual TLS: who is served, and that certificates may change under way.
#include <gmock/gmock.h>

#include <thread>

#include "tests/common/certificates.h"
#include "tests/media/rpc/node_fixture.h"

namespace benari::media {
namespace {

using ::grpc::StatusCode;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    certificates_.MakeCa("ca");
    certificates_.MakeCa("other_ca");
    certificates_.Make("node", "ca", "IP:127.0.0.1,DNS:media");
    certificates_.Make("control", "ca", "DNS:control");
    certificates_.Make("intruder", "other_ca", "DNS:control");
  }

  void Serve(const std::string& client_ca) {
    Config config = NodeConfig();
    config.grpc_tls = Files(client_ca, "node");
    node_ = Node::Start(config, clock_).value();
  }

  TlsFiles Files(const std::string& ca, const std::string& name) { return certificates_.Files(ca, name); }

  // What a new client gets that does not wait for better times.
  ::grpc::Status Ask(const TlsFiles& tls) {
    const Client client(node_->grpc(), "benari", 1, tls);
    ::grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    v1::ListSessionsResponse response;
    return client.stub->ListSessions(&context, v1::ListSessionsRequest(), &response);
  }

  void ExpectServed(const TlsFiles& tls) {
    const ::grpc::Status status = Ask(tls);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  void ExpectRefused(const TlsFiles& tls) { EXPECT_EQ(Ask(tls).error_code(), StatusCode::UNAVAILABLE); }

  const Certificates certificates_;
  const RealClock clock_;
  std::unique_ptr<Node> node_;
};

TEST_F(TlsTest, OnlyWhoTrustsTheNodesCaSpeaksToIt) {
  Serve("");
  ExpectServed(Files("ca", ""));
  ExpectServed(Files("ca", "control"));
  ExpectRefused(Files("other_ca", ""));
  ExpectRefused({});  // plaintext
  ExpectServed(Files("ca", ""));
}

TEST_F(TlsTest, ACertificateForAnotherHostIsRefused) {
  certificates_.Make("node", "ca", "DNS:media,IP:10.0.0.1");
  Serve("");
  ExpectRefused(Files("ca", ""));
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  certificates_.Make("node", "ca", "IP:127.0.0.1", -1);
  Serve("");
  ExpectRefused(Files("ca", ""));
}

TEST_F(TlsTest, MutualTlsServesClientsOfItsCaOnly) {
  Serve("ca");
  ExpectServed(Files("ca", "control"));
  ExpectRefused(Files("ca", ""));
  ExpectRefused(Files("ca", "intruder"));
  ExpectRefused({});  // plaintext
  ExpectServed(Files("ca", "control"));
}

TEST_F(TlsTest, APlaintextNodeIsRefusedByWhoWantsTls) {
  node_ = Node::Start(NodeConfig(), clock_).value();
  ExpectServed({});
  ExpectRefused(Files("ca", ""));
}

// As cert-manager and Kubernetes renew secrets: same names, other contents.
TEST_F(TlsTest, NewCertificatesHoldForNewConnectionsWithoutARestart) {
  Serve("ca");
  const Client connected(node_->grpc(), "benari", 1, Files("ca", "control"));
  v1::ListSessionsResponse response;
  ASSERT_TRUE(
      connected.stub->ListSessions(Client::Context().get(), v1::ListSessionsRequest(), &response).ok());

  certificates_.Make("new_node", "other_ca", "IP:127.0.0.1");
  std::filesystem::rename(certificates_.File("new_node.pem"), certificates_.File("node.pem"));
  std::filesystem::rename(certificates_.File("new_node.key"), certificates_.File("node.key"));
  const TlsFiles renewed = Files("other_ca", "control");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!Ask(renewed).ok() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ExpectServed(renewed);
  ExpectRefused(Files("ca", "control"));
  EXPECT_TRUE(
      connected.stub->ListSessions(Client::Context().get(), v1::ListSessionsRequest(), &response).ok())
      << "a connection that stands goes on";
}

}  // namespace
}  // namespace benari::media
