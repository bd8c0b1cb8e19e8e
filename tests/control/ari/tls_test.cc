#include <gmock/gmock.h>

#include <boost/asio/ssl/context.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "control/ari/event_stream.h"
#include "control/ari/http_client.h"
#include "loop_fixture.h"
#include "scripted_server.h"

namespace benari::ari {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Kind = Step::Kind;

// Certificates made by the openssl command, in a folder that goes with the test.
class TlsTest : public LoopFixture {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "benari_tls.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
    MakeCa("ca");
    MakeCa("other_ca");
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string File(const std::string& name) const { return (dir_ / name).string(); }

  void Openssl(const std::string& arguments) const {
    const std::string command = absl::StrCat("openssl ", arguments, " >", File("log"), " 2>&1");
    ASSERT_EQ(std::system(command.c_str()), 0) << command << "\n" << std::ifstream(File("log")).rdbuf();
  }
  void MakeCa(const std::string& name) const {
    Openssl(absl::StrCat("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=",
                         name, " -addext basicConstraints=critical,CA:TRUE -keyout ", File(name + ".key"),
                         " -out ", File(name + ".pem")));
  }
  // A server with a certificate for `names` ("DNS:localhost,IP:127.0.0.1").
  void Serve(const std::string& names, std::vector<Script> scripts, const std::string& validity = "-days 2") {
    Openssl(absl::StrCat("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pbx -keyout ",
                         File("pbx.key"), " -out ", File("pbx.csr")));
    std::ofstream(File("ext")) << "subjectAltName=" << names << "\n";
    Openssl(absl::StrCat("x509 -req -in ", File("pbx.csr"), " -CA ", File("ca.pem"), " -CAkey ",
                         File("ca.key"), " -CAcreateserial ", validity, " -extfile ", File("ext"), " -out ",
                         File("pbx.pem")));
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

  std::filesystem::path dir_;
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
  EXPECT_THAT(outcome->what(),
              AllOf(HasSubstr("the certificate of localhost:"), HasSubstr("is not accepted"),
                    HasSubstr("unable to get local issuer"), HasSubstr("CA file " + File("other_ca.pem"))));
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
  Serve("DNS:localhost", kServeAll, "-days -1");
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
  EXPECT_THAT(stream.problem(), HasSubstr("the certificate of localhost:"));
  EXPECT_TRUE(server_->requests.empty());
}

}  // namespace
}  // namespace benari::ari
