// The server over TLS: what a client of OpenSSL gets, what strangers get, and a certificate that is renewed.
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/http/tls_context.h"
#include "tests/common/certificates.h"
#include "tests/common/http/server_fixture.h"

namespace benari::http {
namespace {

namespace ssl = asio::ssl;
using boost::system::error_code;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A client that verifies who it talks to. Blocking: the server ends what hangs.
class TlsClient {
 public:
  TlsClient(const Endpoint& server, const std::string& ca_file, int max_version = 0,
            const std::string& name = "127.0.0.1") {
    context_.load_verify_file(ca_file);
    context_.set_verify_mode(ssl::verify_peer);
    if (max_version != 0) {
      SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context_.native_handle(), max_version);
      SSL_CTX_set_security_level(context_.native_handle(), 0);
    }
    stream_.emplace(loop_, context_);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream_->native_handle()), name.c_str());
    tcp::resolver resolver(loop_);
    stream_->next_layer().connect(*resolver.resolve(server.host, std::to_string(server.port)).begin());
    stream_->handshake(ssl::stream_base::client, failure_);
  }
  // Of the handshake.
  const error_code& failure() const { return failure_; }
  bool Send(const std::string& text) {
    error_code error;
    asio::write(*stream_, asio::buffer(text), error);
    return !error;
  }
  // Until the server ends the connection; `ended` says how.
  std::string ReadAll(error_code* ended) {
    std::string text;
    asio::read(*stream_, asio::dynamic_buffer(text), *ended);
    return text;
  }
  std::string Version() { return SSL_get_version(stream_->native_handle()); }
  // The serial number of the server's certificate.
  std::string Serial() {
    X509* const certificate = SSL_get1_peer_certificate(stream_->native_handle());
    char* const text = i2s_ASN1_INTEGER(nullptr, X509_get0_serialNumber(certificate));
    std::string serial = text;
    OPENSSL_free(text);
    X509_free(certificate);
    return serial;
  }

 private:
  asio::io_context loop_;
  ssl::context context_{ssl::context::tls_client};
  std::optional<ssl::stream<tcp::socket>> stream_;
  error_code failure_;
};

class ServerTlsTest : public ServerTest {
 protected:
  ServerTlsTest() {
    certificates_.MakeCa("ca");
    certificates_.Make("server", "ca", "IP:127.0.0.1");
  }
  void StartTls(Limits limits = {}) {
    limits.body_bytes = 16;
    auto tls = MakeTlsContext(certificates_.Files("", "server"));
    ASSERT_TRUE(tls.ok()) << tls.status();
    Start(limits, *std::move(tls));
  }
  TlsClient Connect(int max_version = 0) { return TlsClient(at_, certificates_.File("ca.pem"), max_version); }
  static std::string GetOf(const std::string& path, const char* connection = "close") {
    return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\nConnection: ", connection, "\r\n\r\n");
  }

  Certificates certificates_;
};

TEST_F(ServerTlsTest, AnswersAndEndsTheConnectionAsTlsWantsIt) {
  StartTls();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client = Connect(version);
    ASSERT_FALSE(client.failure()) << client.failure().message();
    EXPECT_EQ(client.Version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    client.Send(GetOf("/large", "keep-alive"));
    client.Send(GetOf("/echo"));
    error_code ended;
    const std::string answers = client.ReadAll(&ended);
    EXPECT_EQ(ended, asio::error::eof) << "not cut off: " << ended.message();
    EXPECT_THAT(answers.substr(0, 200), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_GT(answers.size(), size_t{16} << 20);
    EXPECT_THAT(answers.substr(answers.size() - 200), EndsWith("\r\n\r\nGET||||127.0.0.1|"));
  }
}

TEST_F(ServerTlsTest, OlderVersionsAreRefused) {
  StartTls();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) EXPECT_TRUE(Connect(version).failure()) << version;
  EXPECT_FALSE(Connect(TLS1_2_VERSION).failure());
}

TEST_F(ServerTlsTest, ItIsShownByItsNameAndItsCa) {
  StartTls();
  const TlsClient other_name(at_, certificates_.File("ca.pem"), 0, "127.0.0.2");
  EXPECT_THAT(other_name.failure().message(), HasSubstr("certificate verify failed"));
  certificates_.MakeCa("other");
  const TlsClient other_ca(at_, certificates_.File("other.pem"));
  EXPECT_THAT(other_ca.failure().message(), HasSubstr("certificate verify failed"));
  EXPECT_FALSE(Connect().failure()) << "and others are served after them";
}

TEST_F(ServerTlsTest, WhoSpeaksPlainHttpIsToldWhy) {
  StartTls();
  const std::string answer = Get("/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, EndsWith("{\"error\":\"this port speaks TLS, accepted are requests to https://\"}\n"));
}

TEST_F(ServerTlsTest, WhoSpeaksNoTlsGetsNothing) {
  StartTls();
  for (const std::string& rubbish : {std::string("rubbish\n"), std::string(20000, '\0'),
                                     std::string("\x16\x03\x01\x40\x00", 5) + std::string(20000, 'x')}) {
    Client client(at_);
    client.Send(rubbish);
    EXPECT_THAT(client.ReadAll(), testing::Not(HasSubstr("HTTP")));
    EXPECT_FALSE(client.timed_out());
  }
  EXPECT_FALSE(Connect().failure());
}

TEST_F(ServerTlsTest, WhoIsSilentInTheHandshakeIsLeft) {
  Limits limits;
  limits.request_time = milliseconds(300);
  StartTls(limits);
  Client silent(at_);
  Client begun(at_);
  begun.Send("\x16\x03\x01");
  for (Client* client : {&silent, &begun}) {
    EXPECT_EQ(client->ReadAll(), "");
    EXPECT_FALSE(client->timed_out());
  }
  EXPECT_TRUE(Reached(Limit::kRequestTime));
}

TEST_F(ServerTlsTest, WhoIsSilentInTheHandshakeMakesRoomForOthers) {
  Limits limits;
  limits.connections = 2;
  StartTls(limits);
  Client first(at_);
  Client second(at_);
  EXPECT_FALSE(Connect().failure());
  EXPECT_TRUE(Reached(Limit::kConnections));
  EXPECT_EQ(first.ReadAll(), "") << "the longest silent one";
}

TEST_F(ServerTlsTest, WhoIsSilentAfterTheHandshakeIsLeft) {
  Limits limits;
  limits.request_time = milliseconds(300);
  StartTls(limits);
  TlsClient client = Connect();
  client.Send("GET / HTTP/1.1\r\n");
  error_code ended;
  EXPECT_EQ(client.ReadAll(&ended), "");
  EXPECT_TRUE(Reached(Limit::kRequestTime));
}

TEST_F(ServerTlsTest, WhoIsRefusedInMidBodyStillReadsWhy) {
  StartTls();
  const std::string much(4 << 20, 'x');
  TlsClient client = Connect();
  EXPECT_TRUE(client.Send(
      absl::StrCat("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", much.size(), "\r\n\r\n", much)));
  error_code ended;
  EXPECT_THAT(client.ReadAll(&ended), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTlsTest, ANewCertificateIsForNewConnections) {
  StartTls();
  TlsClient old = Connect();
  const std::string serial = old.Serial();
  certificates_.Make("server", "ca", "IP:127.0.0.1");
  SetTls(*MakeTlsContext(certificates_.Files("", "server")));
  TlsClient young = Connect();
  ASSERT_FALSE(young.failure()) << young.failure().message();
  EXPECT_NE(young.Serial(), serial);
  for (TlsClient* client : {&old, &young}) {
    EXPECT_TRUE(client->Send(GetOf("/echo")));
    error_code ended;
    EXPECT_THAT(client->ReadAll(&ended), EndsWith("GET||||127.0.0.1|"));
  }
}

TEST_F(ServerTlsTest, FilesThatAreNoPairAreRefusedByName) {
  certificates_.Make("another", "ca", "IP:127.0.0.1");
  const auto refused = [](const TlsFiles& files) {
    return std::string(MakeTlsContext(files).status().message());
  };
  TlsFiles files = certificates_.Files("", "server");
  files.key = certificates_.File("another.key");
  EXPECT_THAT(refused(files), StartsWith(absl::StrCat("key file '", files.key, "' (")));
  files.key = "/none";
  EXPECT_THAT(refused(files), StartsWith("key file '/none' ("));
  files.cert = certificates_.File("server.key");
  EXPECT_THAT(refused(files), StartsWith(absl::StrCat("certificate file '", files.cert, "' (")));
}

}  // namespace
}  // namespace benari::http
