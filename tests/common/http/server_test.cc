// The HTTP server on loopback: what it answers, and what it does with clients that are slow, rude or many.
#include "common/http/server.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/common/http/server_fixture.h"

namespace benari::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ServerTest, AnswersAndSaysWhatABrowserMayDo) {
  Start();
  const std::string answer = Get("/a%20b?x=1");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /a b"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Security-Policy: default-src 'none'; script-src 'self';"));
  EXPECT_THAT(answer, HasSubstr("frame-ancestors 'none'\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Access-Control"))) << "other origins may not read";
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  Start();
  const std::string answer = Get("/abc", "HEAD");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 9\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, OtherMethodsChangeNothing) {
  Start();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "BREW"}) {
    const std::string answer =
        Ask(absl::StrCat(method, " /calls/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"
                                 R"({"error":"the method is )" +
                                 std::string(method) +
                                 R"(, accepted are GET and HEAD"})"
                                 "\n"));
  }
}

TEST_F(ServerTest, AConnectionCarriesManyRequests) {
  Start();
  const std::string answers =
      Ask("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
          "GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /d HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const char* path : {"GET /a", "GET /b", "GET /c"}) EXPECT_THAT(answers, HasSubstr(path));
  EXPECT_THAT(answers, Not(HasSubstr("GET /d")));
}

TEST_F(ServerTest, OldHttpIsClosedAfterTheAnswer) {
  Start();
  EXPECT_THAT(Ask("GET /a HTTP/1.0\r\n\r\n"), EndsWith("GET /a"));
}

TEST_F(ServerTest, RubbishIsSaidToBeRubbish) {
  Start();
  for (const char* rubbish : {"hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n",
                              "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                              "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_THAT(Ask(rubbish), StartsWith("HTTP/1.1 400 ")) << rubbish;
  }
  EXPECT_THAT(Get("/a"), EndsWith("GET /a"));
}

TEST_F(ServerTest, ARequestThatIsTooLongIsRefused) {
  Start();
  const std::string answer =
      Ask("GET / HTTP/1.1\r\nHost: a\r\nCookie: " + std::string(9000, 'x') + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer, EndsWith("{\"error\":\"the request is longer than 8192 bytes\"}\n"));
  EXPECT_TRUE(Reached(Limit::kHeaderBytes));
}

TEST_F(ServerTest, ARequestThatDoesNotComeToItsEndIsGivenUp) {
  Limits limits;
  limits.request_time = milliseconds(300);
  Start(limits);
  Client slow(at_);
  slow.Send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(slow.ReadAll(), "");
  EXPECT_FALSE(slow.timed_out());
  EXPECT_TRUE(Reached(Limit::kRequestTime));
  Client silent(at_);
  EXPECT_EQ(silent.ReadAll(), "");
  EXPECT_FALSE(silent.timed_out());
}

TEST_F(ServerTest, WhoSaysNothingKeepsNobodyOut) {
  Limits limits;
  limits.connections = 3;
  limits.request_time = std::chrono::hours(1);
  Start(limits);
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_unique<Client>(at_));
    silent.back()->Send("GET / HTTP/1.1\r\n");
  }
  EXPECT_THAT(Get("/a"), EndsWith("GET /a"));
  EXPECT_EQ(silent.front()->ReadAll(), "");
  EXPECT_TRUE(Reached(Limit::kConnections));
}

TEST_F(ServerTest, WhoIsAnsweredIsNotClosedForSomebodyNew) {
  Limits limits;
  limits.connections = 2;
  limits.stream_pause = milliseconds(10);
  Start(limits);
  const auto one = OpenStream();
  const auto two = OpenStream();
  for (const auto& each : {one.get(), two.get()}) ASSERT_TRUE(each->ReadTo("GET /streampiece 0"));
  Client third(at_);
  third.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(third.ReadAll(), "");
  for (const auto& each : {one.get(), two.get()}) EXPECT_TRUE(each->ReadTo("piece 20"));
}

TEST_F(ServerTest, WhoReadsNoAnswerKeepsNobodyOut) {
  Limits limits;
  limits.connections = 3;
  limits.write_time = std::chrono::hours(1);
  Start(limits);
  std::vector<std::unique_ptr<Client>> deaf;
  for (int i = 0; i < 20; ++i) {
    deaf.push_back(OpenStream("/large"));
    ASSERT_EQ(deaf.back()->ReadLine(), "HTTP/1.1 200 OK\r") << "so that it is being answered";
  }
  EXPECT_THAT(Get("/a"), EndsWith("GET /a"));
  EXPECT_TRUE(Reached(Limit::kConnections));
  EXPECT_GT(deaf.back()->ReadAll().size(), size_t{16} << 20) << "the last one gets all of it";
}

TEST_F(ServerTest, OneStreamTooManyIsToldSo) {
  Limits limits;
  limits.streams = 1;
  limits.stream_pause = milliseconds(10);
  Start(limits);
  const auto one = OpenStream();
  ASSERT_TRUE(one->ReadTo("piece 1"));
  const std::string refused = Get("/stream");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_THAT(refused, EndsWith("{\"error\":\"there are 1 streams already\"}\n"));
  EXPECT_TRUE(Reached(Limit::kStreams));
  one->Close();
  // The place is free again once the server has seen it.
  std::string first;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (first != "HTTP/1.1 200 OK\r" && std::chrono::steady_clock::now() < until)
    first = OpenStream()->ReadLine();
  EXPECT_EQ(first, "HTTP/1.1 200 OK\r");
}

TEST_F(ServerTest, AStreamWhoseReaderDoesNotReadEnds) {
  Limits limits;
  limits.write_time = milliseconds(300);
  limits.stream_pause = milliseconds(1);
  Start(limits);
  const auto idle = OpenStream("/flood");
  EXPECT_TRUE(Reached(Limit::kWriteTime));
  EXPECT_LE(flooded_bytes_, 32u << 20) << "what the two sockets take, and one piece";
  EXPECT_THAT(Get("/a"), EndsWith("GET /a"));
}

TEST_F(ServerTest, AnAddressThatIsTakenIsSaid) {
  Start();
  asio::io_context loop;
  const Hooks hooks{[](size_t) {}, [](Limit) {}};
  const auto second = Server::Start(loop.get_executor(), at_, Limits(), nullptr, hooks);
  EXPECT_EQ(second.status(), absl::UnavailableError("Address already in use"));
  const auto nowhere =
      Server::Start(loop.get_executor(), Endpoint("no.such.host.invalid", 1), Limits(), nullptr, hooks);
  EXPECT_EQ(nowhere.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ServerTest, ItsEndClosesEveryConnection) {
  Start();
  const auto stream = OpenStream();
  ASSERT_TRUE(stream->ReadTo("GET /streampiece 0"));
  Client silent(at_);
}

}  // namespace
}  // namespace benari::http
