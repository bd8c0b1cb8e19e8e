// Webhooks that answer, and those that answer late, wrong or never; over real sockets.
#include "control/webhook/webhook_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/twilio.h"
#include "tests/common/certificates.h"
#include "tests/control/ari/scripted_server.h"

namespace benari::control {
namespace {

using ari::HttpAnswerText;
using ari::Script;
using ari::ScriptedServer;
using ari::Step;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Kind = Step::Kind;

constexpr char kHangUp[] = "<Response><Hangup/></Response>";

Script Answers(const std::string& status, const std::string& body) {
  return {Step(Kind::kReadRequest), Step(Kind::kSend, HttpAnswerText(status, body))};
}

class WebhookClientTest : public ::testing::Test {
 protected:
  WebhookClientTest() { options_.retry_pause = milliseconds(1); }

  void RunUntil(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    loop_.restart();
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      if (loop_.run_one_for(milliseconds(100)) == 0) loop_.restart();
    }
    ASSERT_TRUE(done()) << "not within 20 s";
  }
  void MakeClient() {
    auto client = WebhookClient::Make(loop_.get_executor(), options_);
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }
  absl::StatusOr<WebhookAnswer> Fetch(WebhookRequest request, const std::string& fallback = "") {
    MakeClient();
    std::optional<absl::StatusOr<WebhookAnswer>> answer;
    client_->Fetch(std::move(request), fallback,
                   [&answer](absl::StatusOr<WebhookAnswer> came) { answer = std::move(came); });
    EXPECT_FALSE(answer.has_value()) << "called from within";
    RunUntil([&answer] { return answer.has_value(); });
    return answer.value_or(absl::UnknownError("none"));
  }
  // The one line of a request that fails.
  std::string ErrorOf(const WebhookRequest& request, const std::string& fallback = "") {
    const auto answer = Fetch(request, fallback);
    EXPECT_FALSE(answer.ok());
    const std::string error(answer.status().message());
    EXPECT_THAT(error, Not(HasSubstr("\n")));
    return error;
  }
  std::string UrlOf(const ScriptedServer& server, const std::string& target = "/voice") {
    return absl::StrCat("http://127.0.0.1:", server.port(), target);
  }
  static WebhookRequest Post(std::string url) {
    return {std::move(url), twiml::Method::kPost, {{"CallSid", "CA1"}, {"From", "+49 30"}}};
  }

  boost::asio::io_context loop_;
  WebhookOptions options_;
  std::unique_ptr<WebhookClient> client_;
};

TEST_F(WebhookClientTest, PostsASignedFormAndReadsTheDocument) {
  ScriptedServer server(loop_, {Answers("200 OK", kHangUp)});
  options_.auth_token = "12345";
  const auto answer = Fetch(Post(UrlOf(server, "/voice?a=1")));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->document.verbs, ElementsAre(twiml::Verb(twiml::Hangup())));
  EXPECT_EQ(answer->url, UrlOf(server, "/voice?a=1"));
  EXPECT_THAT(answer->failures, IsEmpty());
  RunUntil([&server] { return server.open == 0; });
  ASSERT_THAT(server.requests, SizeIs(1));
  const std::string sent = server.requests[0] + server.other_bytes;
  EXPECT_THAT(sent, AllOf(HasSubstr("POST /voice?a=1 HTTP/1.1\r\n"),
                          HasSubstr(absl::StrCat("Host: 127.0.0.1:", server.port(), "\r\n")),
                          HasSubstr("Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"),
                          HasSubstr("\r\n\r\nCallSid=CA1&From=%2B49+30")));
  const WebhookRequest request = Post(UrlOf(server, "/voice?a=1"));
  EXPECT_THAT(sent,
              HasSubstr(absl::StrCat(
                  "X-Twilio-Signature: ", net::TwilioSignature("12345", request.url, request.form), "\r\n")));
}

TEST_F(WebhookClientTest, GetsWithTheFormInTheQuery) {
  ScriptedServer server(loop_, {Answers("200 OK", kHangUp)});
  for (const char* target : {"", "?x=1", "/voice"}) {
    WebhookRequest request = Post(UrlOf(server, target));
    request.method = twiml::Method::kGet;
    EXPECT_TRUE(Fetch(request).ok()) << target;
  }
  ASSERT_THAT(server.requests, SizeIs(3));
  EXPECT_THAT(server.requests[0], AllOf(HasSubstr("GET /?CallSid=CA1&From=%2B49+30 HTTP/1.1\r\n"),
                                        Not(HasSubstr("X-Twilio-Signature"))));
  EXPECT_THAT(server.requests[1], HasSubstr("GET /?x=1&CallSid=CA1&"));
  EXPECT_THAT(server.requests[2], HasSubstr("GET /voice?CallSid=CA1&"));
}

TEST_F(WebhookClientTest, A500IsAskedOnceMore) {
  ScriptedServer server(loop_, {Answers("500 Internal Server Error", "oops"), Answers("200 OK", kHangUp)});
  EXPECT_TRUE(Fetch(Post(UrlOf(server))).ok());
  EXPECT_EQ(server.connections, 2);
}

TEST_F(WebhookClientTest, EachWayToFailIsOneLine) {
  const std::string body(100, 'x');
  const struct {
    Script script;
    const char* error;
    int connections;
  } kTable[] = {
      {Answers("503 Service Unavailable", ""), "answered 503 Service Unavailable", 2},
      {Answers("404 Not Found", "no"), "answered 404 Not Found: is the path of the URL right?", 1},
      {Answers("403 Forbidden", "no"), "answered 403 Forbidden: does --webhook_auth_token_file hold", 1},
      {Answers("302 Found", ""), "answered 302 Found: redirects are not followed", 1},
      {Answers("200 OK", "It works!"), "TwiML, line 1: no XML", 1},
      {Answers("204 No Content", ""), "no XML", 1},
      {{Step(Kind::kReadRequest), Step(Kind::kSend, "SSH-2.0\r\n\r\n")}, "does not speak HTTP", 1},
      {{Step(Kind::kReadRequest), Step(Kind::kClose)}, "closed the connection within its answer", 1},
      {{Step(Kind::kReadRequest), Step(Kind::kSend, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<R"),
        Step(Kind::kClose)},
       "closed the connection within its answer",
       1},
      {Answers("200 OK", std::string(65537, ' ')), "the answer has more than 65536 bytes", 1},
      {{Step(Kind::kReadRequest), Step(Kind::kSend, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
        Step(Kind::kSendForEver, body)},
       "the answer has more than 65536 bytes",
       1},
  };
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.error);
    ScriptedServer server(loop_, {row.script});
    EXPECT_THAT(ErrorOf(Post(UrlOf(server, "/secret?token=geheim"))),
                AllOf(HasSubstr(row.error), Not(HasSubstr("geheim"))));
    EXPECT_EQ(server.connections, row.connections);
  }
}

TEST_F(WebhookClientTest, NobodyListens) {
  std::string url;
  {
    ScriptedServer server(loop_, {{}});
    url = UrlOf(server);
    server.Stop();
  }
  EXPECT_THAT(ErrorOf(Post(url)), HasSubstr("nothing listens there"));
  EXPECT_THAT(ErrorOf(Post("ftp://bot.example/voice")), HasSubstr("http://HOST[:PORT][/PATH] or https://"));
}

TEST_F(WebhookClientTest, SilentOrSlowOnesAreGivenUpAndNotAskedAgain) {
  options_.timeout = milliseconds(200);
  const Script silent = {Step(Kind::kReadRequest)};
  const Script slow = {Step(Kind::kReadRequest),
                       Step(Kind::kSend, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Res")};
  for (const Script& script : {silent, slow}) {
    ScriptedServer server(loop_, {script});
    EXPECT_THAT(ErrorOf(Post(UrlOf(server))), HasSubstr("no whole answer within 200 ms"));
    EXPECT_EQ(server.connections, 1);
    RunUntil([&server] { return server.open == 0; });
  }
}

TEST_F(WebhookClientTest, TheFallbackIsToldWhatFailed) {
  ScriptedServer first(loop_, {Answers("200 OK", "<html></html>")});
  ScriptedServer second(loop_, {Answers("200 OK", kHangUp)});
  const auto answer = Fetch(Post(UrlOf(first)), UrlOf(second, "/fallback"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->url, UrlOf(second, "/fallback"));
  EXPECT_THAT(answer->failures, ElementsAre(HasSubstr("<html>: accepted is one <Response>")));
  RunUntil([&second] { return second.open == 0; });
  EXPECT_THAT(second.requests.at(0) + second.other_bytes,
              HasSubstr(absl::StrCat("&ErrorCode=12100&ErrorUrl=http%3A%2F%2F127.0.0.1%3A", first.port(),
                                     "%2Fvoice")));
}

TEST_F(WebhookClientTest, BothFail) {
  ScriptedServer first(loop_, {Answers("404 Not Found", "")});
  ScriptedServer second(loop_, {Answers("410 Gone", "")});
  EXPECT_THAT(ErrorOf(Post(UrlOf(first)), UrlOf(second)),
              AllOf(HasSubstr("404 Not Found"), HasSubstr("; webhook"), HasSubstr("410 Gone")));
}

TEST_F(WebhookClientTest, NotificationsAreSentAndTheirAnswerDoesNotMatter) {
  ScriptedServer server(loop_, {Answers("204 No Content", "")});
  MakeClient();
  client_->Notify(Post(UrlOf(server, "/status")));
  RunUntil([&server] { return server.connections == 1 && server.open == 0; });
  EXPECT_THAT(server.requests.at(0), HasSubstr("POST /status HTTP/1.1"));
}

TEST_F(WebhookClientTest, NobodyIsCalledOnceItIsDestroyed) {
  ScriptedServer server(loop_, {Answers("200 OK", kHangUp)});
  MakeClient();
  bool called = false;
  client_->Fetch(Post(UrlOf(server)), "", [&called](const auto&) { called = true; });
  client_.reset();
  RunUntil([&server] { return server.connections == 1 && server.open == 0; });
  EXPECT_FALSE(called);
}

TEST_F(WebhookClientTest, RequestsUnderWayAreLimited) {
  options_.max_in_flight = 1;
  ScriptedServer server(loop_, {Answers("200 OK", kHangUp)});
  MakeClient();
  std::vector<bool> ok;
  for (int i = 0; i < 2; ++i)
    client_->Fetch(Post(UrlOf(server)), "", [&ok](const auto& answer) { ok.push_back(answer.ok()); });
  RunUntil([&ok] { return ok.size() == 2; });
  EXPECT_THAT(ok, ElementsAre(false, true));
  client_->Fetch(Post(UrlOf(server)), "", [&ok](const auto& answer) { ok.push_back(answer.ok()); });
  RunUntil([&ok] { return ok.size() == 3; });
  EXPECT_TRUE(ok[2]);
}

class WebhookTlsTest : public WebhookClientTest {
 protected:
  void Serve(const std::string& names) {
    certificates_.MakeCa("ca");
    certificates_.MakeCa("other_ca");
    certificates_.Make("bot", "ca", names);
    tls_.use_certificate_chain_file(certificates_.File("bot.pem"));
    tls_.use_private_key_file(certificates_.File("bot.key"), boost::asio::ssl::context::pem);
    const std::vector<Script> scripts = {Answers("200 OK", kHangUp)};
    server_ = std::make_unique<ScriptedServer>(loop_, scripts, &tls_);
  }
  std::string Url(const std::string& host) {
    return absl::StrCat("https://", host, ":", server_->port(), "/");
  }

  const Certificates certificates_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  std::unique_ptr<ScriptedServer> server_;
};

TEST_F(WebhookTlsTest, ACertificateOfTheCaForTheHostIsAccepted) {
  Serve("DNS:localhost");
  options_.ca_file = certificates_.File("ca.pem");
  const auto answer = Fetch(Post(Url("localhost")));
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST_F(WebhookTlsTest, AnyOtherIsNot) {
  Serve("DNS:bot.example");
  options_.ca_file = certificates_.File("ca.pem");
  EXPECT_THAT(ErrorOf(Post(Url("localhost"))), HasSubstr("its certificate is not accepted"));
  options_.ca_file = certificates_.File("other_ca.pem");
  EXPECT_THAT(ErrorOf(Post(Url("localhost"))), HasSubstr("(see --webhook_ca_file)"));
  EXPECT_EQ(server_->connections, 2) << "and is not tried again";
  options_.ca_file = certificates_.File("none.pem");
  EXPECT_FALSE(WebhookClient::Make(loop_.get_executor(), options_).ok());
}

}  // namespace
}  // namespace benari::control
