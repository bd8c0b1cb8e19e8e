// The server over TLS: what a client of OpenSSL gets, what strangers get, and a certificate that is renewed.
#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "absl/strings/str_cat.h"
#include "common/http/tls_context.h"
#include "tests/common/certificates.h"
#include "tests/common/http/server_fixture.h"
#include "tests/common/tls_client.h"

namespace benari::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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
  TlsClient Connect(int version = 0) {
    return TlsClient(at_, certificates_.File("ca.pem"), "127.0.0.1", version);
  }
  static std::string GetOf(const std::string& path, const char* connection = "close") {
    return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\nConnection: ", connection, "\r\n\r\n");
  }

  Certificates certificates_;
};

TEST_F(ServerTlsTest, AnswersAndEndsTheConnectionAsTlsWantsIt) {
  StartTls();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client = Connect(version);
    ASSERT_TRUE(client.failure().empty()) << client.failure();
    EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    client.Send(GetOf("/large", "keep-alive"));
    client.Send(GetOf("/echo"));
    const std::string answers = client.ReadAll();
    EXPECT_TRUE(client.ended_well()) << "it is cut off";
    EXPECT_THAT(answers.substr(0, 200), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_GT(answers.size(), size_t{16} << 20);
    EXPECT_THAT(answers.substr(answers.size() - 200), EndsWith("\r\n\r\nGET||||127.0.0.1|"));
  }
}

TEST_F(ServerTlsTest, OlderVersionsAreRefused) {
  StartTls();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION})
    EXPECT_NE(Connect(version).failure(), "") << version;
  EXPECT_EQ(Connect(TLS1_2_VERSION).failure(), "");
}

TEST_F(ServerTlsTest, ItIsShownByItsNameAndItsCa) {
  StartTls();
  TlsClient other_name(at_, certificates_.File("ca.pem"), "127.0.0.2");
  EXPECT_THAT(other_name.failure(), HasSubstr("certificate verify failed"));
  certificates_.MakeCa("other");
  TlsClient other_ca(at_, certificates_.File("other.pem"));
  EXPECT_THAT(other_ca.failure(), HasSubstr("certificate verify failed"));
  EXPECT_EQ(Connect().failure(), "") << "and others are served after them";
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
  EXPECT_EQ(Connect().failure(), "");
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
  EXPECT_EQ(Connect().failure(), "");
  EXPECT_TRUE(Reached(Limit::kConnections));
  EXPECT_EQ(first.ReadAll(), "") << "the longest silent one";
}

TEST_F(ServerTlsTest, WhoIsSilentAfterTheHandshakeIsLeft) {
  Limits limits;
  limits.request_time = milliseconds(300);
  StartTls(limits);
  TlsClient client = Connect();
  client.Send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_TRUE(Reached(Limit::kRequestTime));
}

TEST_F(ServerTlsTest, WhoIsRefusedInMidBodyStillReadsWhy) {
  StartTls();
  const std::string much(4 << 20, 'x');
  TlsClient client = Connect();
  EXPECT_TRUE(client.Send(
      absl::StrCat("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ", much.size(), "\r\n\r\n", much)));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTlsTest, ANewCertificateIsForNewConnections) {
  StartTls();
  TlsClient old = Connect();
  const std::string serial = old.serial();
  certificates_.Make("server", "ca", "IP:127.0.0.1");
  SetTls(*MakeTlsContext(certificates_.Files("", "server")));
  TlsClient young = Connect();
  ASSERT_TRUE(young.failure().empty()) << young.failure();
  EXPECT_NE(young.serial(), serial);
  for (TlsClient* client : {&old, &young}) {
    EXPECT_TRUE(client->Send(GetOf("/echo")));
    EXPECT_THAT(client->ReadAll(), EndsWith("GET||||127.0.0.1|"));
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
