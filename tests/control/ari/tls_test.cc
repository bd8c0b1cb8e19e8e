#include <gmock/gmock.h>

#include <boost/asio/ssl/context.hpp>

#include "control/ari/event_stream.h"
#include "control/ari/http_client.h"
#include "loop_fixture.h"
#include "scripted_server.h"
#include "tests/common/certificates.h"

namespace benari::control::ari {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = Step::Kind;

class TlsTest : public LoopFixture {
 protected:
  void SetUp() override {
    certificates_.MakeCa("ca");
    certificates_.MakeCa("other_ca");
  }

  std::string File(const std::string& name) const { return certificates_.File(name); }

  // A server with a certificate for `names` ("DNS:localhost,IP:127.0.0.1").
  void Serve(const std::string& names, std::vector<Script> scripts, int days = 2) {
    certificates_.Make("pbx", "ca", names, days);
    tls_.use_certificate_chain_file(File("pbx.pem"));
    tls_.use_private_key_file(File("pbx.key"), boost::asio::ssl::context::pem);
    server_ = std::make_unique<ScriptedServer>(loop_, std::move(scripts), &tls_);
  }
  std::string UrlOf(const std::string& host) const {
    return absl::StrCat("https://", host, ":", server_->port(), "/ari");
  }
  std::shared_ptr<Outcome> ListChannels(const std::string& url, const std::string& ca_file) {
    client_ =
        std::make_unique<HttpClient>(loop_.get_executor(), MakeTestAccess(url, ca_file), HttpClientLimits());
    return Finish(client_->ListChannels());
  }

  const Certificates certificates_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<HttpClient> client_;
};

const std::vector<Script> kServeAll = {{Step(Kind::kServe, HttpAnswerText("200 OK", "[]"))}};

TEST_F(TlsTest, TrustedCertificateOfTheRightHostIsAccepted) {
  Serve("DNS:localhost,IP:127.0.0.1", kServeAll);
  auto outcome = ListChannels(UrlOf("localhost"), File("ca.pem"));
  EXPECT_TRUE(outcome->ok()) << outcome->what();
  EXPECT_EQ(server_->server_name, "localhost");
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 1) << "kept alive";

  outcome = ListChannels(UrlOf("127.0.0.1"), File("ca.pem"));
  EXPECT_TRUE(outcome->ok()) << outcome->what();
  EXPECT_EQ(server_->server_name, "") << "an address is no server name (RFC 6066 section 3)";
}

TEST_F(TlsTest, CertificateOfAnotherCaIsRefused) {
  Serve("DNS:localhost", kServeAll);
  const auto outcome = ListChannels(UrlOf("localhost"), File("other_ca.pem"));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_EQ(outcome->error->kind, ErrorKind::kUnreachable);
  EXPECT_THAT(outcome->what(), AllOf(HasSubstr("the certificate of localhost:"), HasSubstr("is not accepted"),
                                     HasSubstr("unable to get local issuer"),
                                     HasSubstr("--ari_ca_file=" + File("other_ca.pem"))));
  EXPECT_TRUE(server_->requests.empty()) << "the password was not sent";
}

TEST_F(TlsTest, CertificateOfAnotherHostIsRefused) {
  Serve("DNS:other.example,IP:10.0.0.1", kServeAll);
  auto outcome = ListChannels(UrlOf("localhost"), File("ca.pem"));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_THAT(outcome->what(), AllOf(HasSubstr("hostname mismatch"), HasSubstr("host name 'localhost'")));
  outcome = ListChannels(UrlOf("127.0.0.1"), File("ca.pem"));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_THAT(outcome->what(), HasSubstr("IP address mismatch"));
  EXPECT_TRUE(server_->requests.empty());
}

TEST_F(TlsTest, ExpiredCertificateIsRefused) {
  Serve("DNS:localhost", kServeAll, -1);
  const auto outcome = ListChannels(UrlOf("localhost"), File("ca.pem"));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_THAT(outcome->what(), HasSubstr("certificate has expired"));
}

TEST_F(TlsTest, SystemsCasDoNotKnowOurs) {
  Serve("DNS:localhost", kServeAll);
  const auto outcome = ListChannels(UrlOf("localhost"), "");
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_THAT(outcome->what(), HasSubstr("the system's CAs"));
}

TEST_F(TlsTest, PlainHttpServerIsNamed) {
  server_ = std::make_unique<ScriptedServer>(
      loop_,
      std::vector<Script>{{Step(Kind::kReadSome), Step(Kind::kSend, HttpAnswerText("400 Bad Request", ""))}});
  const auto outcome = ListChannels(UrlOf("127.0.0.1"), File("ca.pem"));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_THAT(outcome->what(), AllOf(HasSubstr("TLS handshake"), HasSubstr("is it plain http there?")));
}

TEST_F(TlsTest, ClosedConnectionWhileIdleIsNotUsedAgain) {
  Serve("DNS:localhost",
        {{Step(Kind::kReadRequest), Step(Kind::kSend, HttpAnswerText("200 OK", "[]")), Step(Kind::kClose)}});
  EXPECT_TRUE(ListChannels(UrlOf("localhost"), File("ca.pem"))->ok());
  RunUntil([this] { return server_->closed_by_server == 1; });
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 2);
}

TEST_F(TlsTest, EventsComeOverWss) {
  Serve("DNS:localhost", {{Step(Kind::kAcceptWebSocket), Step(Kind::kSend, TextFrame(R"({"type":"A"})"))}});
  EventStream stream(loop_.get_executor(), MakeTestAccess(UrlOf("localhost"), File("ca.pem")),
                     EventStreamLimits(), {});
  stream.Start();
  RunUntil([&stream] { return stream.counters().events == 1; });
  stream.Stop();
  server_->Stop();
  EXPECT_TRUE(RunsOut());
}

TEST_F(TlsTest, EventsAreNotTakenFromAStranger) {
  Serve("DNS:localhost", {{Step(Kind::kAcceptWebSocket)}});
  EventStream stream(loop_.get_executor(), MakeTestAccess(UrlOf("localhost"), File("other_ca.pem")),
                     EventStreamLimits(), {});
  stream.Start();
  RunUntil([&stream] { return stream.counters().connect_failures > 0; });
  EXPECT_THAT(stream.problem(),
              AllOf(HasSubstr("the certificate of localhost:"),
                    HasSubstr("--ari_ca_file=" + File("other_ca.pem")), Not(HasSubstr("\n"))));
  EXPECT_TRUE(server_->requests.empty());
}

}  // namespace
}  // namespace benari::control::ari
