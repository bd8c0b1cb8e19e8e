// The REST API over a real socket: who is let in, and what strangers get.
#include "control/api/api.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <iterator>
#include <map>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "control/record/call_journal.h"

namespace benari::control::api {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kSid[] = "AC0123456789abcdef0123456789abcdef";
constexpr char kToken[] = "0123456789abcdef";
constexpr std::chrono::seconds kPatience{30};

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() {
    journal_.CallerAnswered();
    http::Limits limits = Api::DefaultLimits();
    limits.body_bytes = 1000;
    limits.request_time = milliseconds(300);
    const absl::Status listening = api_->Listen(Endpoint("127.0.0.1", 0), TlsFiles(), limits);
    EXPECT_TRUE(listening.ok()) << listening;
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~ApiTest() override {
    asio::post(loop_, [this] { api_.reset(); });
    thread_.join();  // ends once no connection is left
  }

  std::string Ask(const std::string& request) {
    asio::ip::tcp::iostream stream;
    stream.expires_after(kPatience);
    stream.connect(api_->endpoint().host, std::to_string(api_->endpoint().port));
    stream << request << std::flush;
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  static std::string Basic(const std::string& credentials) {
    return absl::StrCat("Authorization: Basic ", absl::Base64Escape(credentials), "\r\n");
  }
  static std::string Right() { return Basic(absl::StrCat(kSid, ":", kToken)); }
  static std::string Path(const std::string& rest) {
    return absl::StrCat("/2010-04-01/Accounts/", kSid, rest);
  }
  std::string Get(const std::string& rest, const std::string& headers) {
    return Ask(
        absl::StrCat("GET ", Path(rest), " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", headers, "\r\n"));
  }
  std::string Post(const std::string& headers, const std::string& body) {
    return Ask(absl::StrCat("POST ", Path("/Calls/CA1.json"),
                            " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                            "Content-Type: application/x-www-form-urlencoded\r\n",
                            headers, "Content-Length: ", body.size(), "\r\n\r\n", body));
  }

  RealClock clock_;
  prometheus::Registry registry_;
  Metrics metrics_{registry_};
  CallHistory history_;
  CallJournal journal_{history_, metrics_, clock_, CallIdentity{"1", "CA1", "+1", "2"}};
  std::vector<std::string> hung_up_;
  asio::io_context loop_;
  std::unique_ptr<Api> api_ = std::make_unique<Api>(loop_.get_executor(), Account{kSid, kToken},
                                                    CallsPort{history_, [] { return true; },
                                                              [this](const std::string& id) {
                                                                hung_up_.push_back(id);
                                                                return true;
                                                              },
                                                              nullptr, nullptr, nullptr},
                                                    ActionsPort{history_, [] { return true; },
                                                                [this](const std::string& id) {
                                                                  hung_up_.push_back(id);
                                                                  return true;
                                                                },
                                                                nullptr, nullptr},
                                                    clock_, registry_);

 private:
  std::thread thread_;
};

TEST_F(ApiTest, ReadsAndHangsUp) {
  const std::string call = Get("/Calls/CA1.json", Right());
  EXPECT_THAT(call, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(call, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(call, HasSubstr(R"("status":"in-progress")"));
  EXPECT_THAT(Post(Right(), "Status=completed"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(hung_up_, ElementsAre("1"));
  EXPECT_THAT(Get("/Calls.json?Status=in-progress", Right()), HasSubstr(R"("sid":"CA1")"));
}

TEST_F(ApiTest, StrangersLearnNothing) {
  for (const std::string& headers : {std::string(), Basic("AC1:wrong"), Basic(absl::StrCat(kSid, ":")),
                                     std::string("Authorization: Bearer x\r\n")}) {
    for (const char* what : {"/Calls/CA1.json", "/Calls/CA2.json", "/nothing", "/Calls.json"}) {
      if (what != std::string("/Calls/CA1.json") && !headers.empty()) continue;
      const std::string answer = Get(what, headers);
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
      EXPECT_THAT(answer, HasSubstr("\r\nWWW-Authenticate: Basic realm=\"benari\"\r\n"));
      EXPECT_THAT(answer, HasSubstr(R"("code":20003)"));
    }
    EXPECT_THAT(Post(headers, "Status=completed"), StartsWith("HTTP/1.1 401 "));
  }
  EXPECT_THAT(hung_up_, IsEmpty());
}

TEST_F(ApiTest, WhoGuessesIsRefused) {
  for (int i = 0; i < BasicAuth::kMostFailures; ++i)
    EXPECT_THAT(Get("/Calls.json", Basic(absl::StrCat(kSid, ":", i))), StartsWith("HTTP/1.1 401 "));
  const std::string answer = Get("/Calls.json", Right());
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 60\r\n"));
  EXPECT_THAT(answer, HasSubstr(R"("code":20429)"));
}

TEST_F(ApiTest, AnotherAccountAndUnknownCallsAreNotFound) {
  EXPECT_THAT(Get("/Calls/CA2.json", Right()), StartsWith("HTTP/1.1 404 "));
  const std::string answer = Ask(
      absl::StrCat("GET /2010-04-01/Accounts/AC99999999999999999999999999999999/Calls/CA1.json HTTP/1.1\r\n"
                   "Host: a\r\nConnection: close\r\n",
                   Right(), "\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer, HasSubstr(R"("code":20404)"));
}

TEST_F(ApiTest, WhatTheServerRefusesIsShapedLikeTheRest) {
  const std::string oversized = Post(Right(), "Status=" + std::string(1000, 'x'));
  EXPECT_THAT(oversized, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(oversized, HasSubstr(R"("code":20413)"));
  const std::string put = Ask("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(put, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(put, HasSubstr(R"("code":20004)"));
}

TEST_F(ApiTest, EveryReplyIsCounted) {
  Get("/Calls.json", Right());
  Get("/Calls.json", "");
  Post(Right(), "Status=" + std::string(1000, 'x'));
  Ask("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  Ask("DELETE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  Ask("nonsense\r\n\r\n");
  Get("/Calls.json", absl::StrCat("X: ", std::string(10000, 'x'), "\r\n"));
  std::map<std::string, double> counted;
  for (const auto& family : registry_.Collect()) {
    if (family.name != "benari_control_api_requests_total") continue;
    for (const auto& metric : family.metric) counted[metric.label.at(0).value] = metric.counter.value;
  }
  const std::map<std::string, double> expected = {{"200", 1}, {"201", 0}, {"400", 1}, {"401", 1}, {"404", 0},
                                                  {"405", 2}, {"413", 1}, {"429", 0}, {"431", 1}, {"503", 0}};
  EXPECT_EQ(counted, expected);
}

TEST_F(ApiTest, ASlowBodyIsGivenUp) {
  const std::string answer = Ask(absl::StrCat(
      "POST ", Path("/Calls/CA1.json"), " HTTP/1.1\r\nHost: a\r\n", Right(),
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 16\r\n\r\nStatus=comp"));
  EXPECT_EQ(answer, "");
  EXPECT_THAT(hung_up_, IsEmpty());
}

}  // namespace
}  // namespace benari::control::api
