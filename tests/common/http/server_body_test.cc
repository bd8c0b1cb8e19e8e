// Requests with a body: what the handler gets, and what is refused.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/common/http/server_fixture.h"

namespace benari::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A server that takes bodies of up to 16 bytes.
class BodyTest : public ServerTest {
 protected:
  void StartWithBodies(milliseconds request_time = Limits().request_time) {
    Limits limits;
    limits.body_bytes = 16;
    limits.request_time = request_time;
    Start(limits);
  }
  // `head`: the header lines after Host, each with its end; the connection goes on after it.
  static std::string Post(const std::string& head, const std::string& rest) {
    return absl::StrCat("POST /echo?x=%31 HTTP/1.1\r\nHost: a\r\n", head, "\r\n", rest);
  }
  static constexpr char kClose[] = "Connection: close\r\n";
};

TEST_F(BodyTest, TheHandlerGetsAllOfTheRequest) {
  StartWithBodies();
  const std::string answer = Ask(Post(absl::StrCat(kClose,
                                                   "Content-Type: text/x\r\nAuthorization: Basic abc\r\n"
                                                   "Content-Length: 16\r\n"),
                                      "Status=completed"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nPOST|x=%31|text/x|Basic abc|127.0.0.1|Status=completed"));
  EXPECT_THAT(Get("/echo"), EndsWith("\r\n\r\nGET||||127.0.0.1|"));
  EXPECT_THAT(Ask(Post(kClose, "")), EndsWith("POST|x=%31|||127.0.0.1|")) << "without a body";
}

TEST_F(BodyTest, ABodyMayComeInChunksOrPieces) {
  StartWithBodies();
  const std::string chunked =
      Ask(Post(absl::StrCat(kClose, "Transfer-Encoding: chunked\r\n"), "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
  EXPECT_THAT(chunked, EndsWith("|abc"));
  Client client(at_);
  client.Send(Post(absl::StrCat(kClose, "Expect: 100-continue\r\nContent-Length: 4\r\n"), ""));
  EXPECT_EQ(client.ReadLine(), "HTTP/1.1 100 Continue\r") << "before anything of the body is there";
  client.Send("ab");
  client.Send("cd");
  EXPECT_THAT(client.ReadAll(), EndsWith("|abcd"));
}

TEST_F(BodyTest, OneThatIsTooLongIsRefused) {
  StartWithBodies();
  const std::string announced = Ask(Post("Content-Length: 17\r\n", "Status=completed."));
  EXPECT_THAT(announced, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(announced, EndsWith("{\"error\":\"the body is longer than 16 bytes\"}\n"));
  const std::string chunked =
      Ask(Post("Transfer-Encoding: chunked\r\n", "8\r\n12345678\r\n9\r\n123456789\r\n0\r\n\r\n"));
  EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(Reached(Limit::kBodyBytes));
}

TEST_F(BodyTest, WhoIsRefusedInMidBodyStillReadsWhy) {
  StartWithBodies();
  const std::string much(4 << 20, 'x');
  Client client(at_);
  EXPECT_TRUE(client.Send(Post(absl::StrCat("Content-Length: ", much.size(), "\r\n"), much)))
      << "a reset, after which many clients read no answer";
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(BodyTest, OneThatDoesNotComeToItsEndIsGivenUp) {
  StartWithBodies(milliseconds(300));
  Client slow(at_);
  slow.Send(Post("Content-Length: 16\r\n", "Status"));
  EXPECT_EQ(slow.ReadAll(), "");
  EXPECT_FALSE(slow.timed_out());
  EXPECT_TRUE(Reached(Limit::kRequestTime));
}

TEST_F(BodyTest, WrongLengthsAreNoRequests) {
  StartWithBodies();
  for (const char* head : {"Content-Length: -1\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n",
                           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_THAT(Ask(Post(head, "abc")), StartsWith("HTTP/1.1 400 ")) << head;
  }
  EXPECT_THAT(Ask(Post("Transfer-Encoding: chunked\r\n", "x\r\n")), StartsWith("HTTP/1.1 400 "));
  const std::string too_short = Ask(Post("Content-Length: 3\r\n", "abcdef\r\n\r\n"));
  EXPECT_THAT(too_short, HasSubstr("|abcHTTP/1.1 400 ")) << "the rest is no request";
}

TEST_F(BodyTest, RequestsWithBodiesMayFollowEachOther) {
  StartWithBodies();
  const std::string answers = Ask(
      Post("Content-Length: 3\r\n", "one") + Post("Transfer-Encoding: chunked\r\n", "3\r\ntwo\r\n0\r\n\r\n") +
      "GET /a HTTP/1.1\r\nHost: a\r\n\r\n" + Post(absl::StrCat(kClose, "Content-Length: 5\r\n"), "three"));
  for (const char* each : {"|one", "|two", "GET /a", "|three"}) EXPECT_THAT(answers, HasSubstr(each));
}

TEST_F(BodyTest, OtherMethodsAreStillRefused) {
  StartWithBodies();
  for (const char* method : {"PUT", "DELETE", "OPTIONS"}) {
    const std::string answer = Ask(absl::StrCat(
        method, " /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nx=1"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD, POST\r\n"));
  }
}

}  // namespace
}  // namespace benari::http
