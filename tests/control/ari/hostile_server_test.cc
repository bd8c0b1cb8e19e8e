#include <gmock/gmock.h>

#include <ostream>

#include "control/ari/body_parser.h"
#include "control/ari/event_parser.h"
#include "control/ari/http_client.h"
#include "loop_fixture.h"
#include "scripted_server.h"

// A server that answers rubbish: every request ends, with the right kind of error.
namespace benari::control::ari {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = Step::Kind;

struct Case {
  const char* name;
  Script script;  // after the request was read
  const char* kind;
  int status;
  const char* said;  // part of what()
};
void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

const char* KindName(const Outcome& outcome) {
  if (outcome.ok()) return "ok";
  switch (outcome.error->kind) {
    case ErrorKind::kUnreachable:
      return "unreachable";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kHttp:
      return "http";
    case ErrorKind::kOverloaded:
      return "overloaded";
    case ErrorKind::kMalformed:
      return "malformed";
  }
  return "";
}

Step Send(const std::string& bytes) { return Step(Kind::kSend, bytes); }
Step SendForEver(const std::string& bytes) { return Step(Kind::kSendForEver, bytes); }
const Step kClose(Kind::kClose);
const std::string kOk = "HTTP/1.1 200 OK\r\n";

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"garbage", {Send("\x16\x03\x01 hello"), kClose}, "unreachable", 0, "does not speak HTTP"},
      {"garbage_held", {Send("\x16\x03\x01 hello")}, "unreachable", 0, "does not speak HTTP"},
      {"silence", {}, "timeout", 0, "waiting for the answer"},
      {"half_status_line", {Send("HTTP/1.1 20"), kClose}, "unreachable", 0, "closed the connection"},
      {"half_status_line_held", {Send("HTTP/1.1 20")}, "timeout", 0, "waiting for the answer"},
      {"half_header", {Send(kOk + "Content-Le"), kClose}, "unreachable", 0, "closed the connection"},
      {"endless_status_line",
       {Send("HTTP/1.1 200 "), SendForEver(std::string(4096, 'x'))},
       "unreachable",
       0,
       ""},
      {"endless_headers", {Send(kOk), SendForEver("X-Header: value\r\n")}, "unreachable", 0, "header"},
      {"endless_header", {Send(kOk + "X: "), SendForEver(std::string(4096, 'x'))}, "unreachable", 0, ""},
      {"length_not_a_number", {Send(kOk + "Content-Length: x\r\n\r\n")}, "unreachable", 0, "Content-Length"},
      {"length_negative", {Send(kOk + "Content-Length: -1\r\n\r\n")}, "unreachable", 0, "Content-Length"},
      {"length_twice",
       {Send(kOk + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n")},
       "unreachable",
       0,
       "Content-Length"},
      {"huge_length", {Send(kOk + "Content-Length: 99999999999\r\n\r\n")}, "malformed", 0, "body"},
      {"half_body", {Send(kOk + "Content-Length: 10\r\n\r\n[]"), kClose}, "malformed", 0, "body"},
      {"half_body_held",
       {Send(kOk + "Content-Length: 10\r\n\r\n[]")},
       "timeout",
       0,
       "waiting for the answer"},
      {"endless_body", {Send(kOk + "\r\n"), SendForEver(std::string(1 << 16, ' '))}, "malformed", 0, "body"},
      {"body_until_close", {Send(kOk + "\r\n[]"), kClose}, "ok", 0, ""},
      {"chunked",
       {Send(kOk + "Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1;x=y\r\n]\r\n0\r\n\r\n")},
       "ok",
       0,
       ""},
      {"chunk_size_garbage",
       {Send(kOk + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")},
       "malformed",
       0,
       "chunk"},
      {"chunk_size_huge",
       {Send(kOk + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")},
       "malformed",
       0,
       "body"},
      {"endless_chunks",
       {Send(kOk + "Transfer-Encoding: chunked\r\n\r\n"),
        SendForEver("1000\r\n" + std::string(4096, ' ') + "\r\n")},
       "malformed",
       0,
       "body"},
      {"endless_chunk_extension",
       {Send(kOk + "Transfer-Encoding: chunked\r\n\r\n1;"), SendForEver(std::string(4096, 'x'))},
       "malformed",
       0,
       ""},
      {"interim_then_answer",
       {Send("HTTP/1.1 100 Continue\r\n\r\n" + HttpAnswerText("200 OK", "[]"))},
       "ok",
       0,
       ""},
      {"endless_interim", {SendForEver("HTTP/1.1 100 Continue\r\n\r\n")}, "http", 100, "100 Continue"},
      {"interim_then_close",
       {Send("HTTP/1.1 102 Processing\r\n\r\n"), kClose},
       "unreachable",
       0,
       "closed the connection"},
      {"http_09", {Send("[]"), kClose}, "unreachable", 0, "closed the connection"},
      {"http_2",
       {Send("HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n[]")},
       "unreachable",
       0,
       "does not speak HTTP"},
      {"redirect",
       {Send("HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n")},
       "http",
       302,
       "GET /channels: 302 Found"},
      {"unknown_status", {Send(HttpAnswerText("799 Odd", ""))}, "http", 799, "799"},
      {"error_with_message",
       {Send(HttpAnswerText("500 X", R"({"message":"Allocation failed\n"})"))},
       "http",
       500,
       "GET /channels: 500 Internal Server Error: Allocation failed "},
      {"error_with_html",
       {Send(HttpAnswerText("404 Not Found", "<html>"))},
       "http",
       404,
       "GET /channels: 404 Not Found"},
      {"error_with_half_body",
       {Send("HTTP/1.1 503 X\r\nContent-Length: 9\r\n\r\n{"), kClose},
       "http",
       503,
       "503 Service Unavailable"},
      {"error_with_huge_length",
       {Send("HTTP/1.1 500 X\r\nContent-Length: 99999999999\r\n\r\n")},
       "http",
       500,
       "500"},
      {"not_json", {Send(HttpAnswerText("200 OK", "hello"))}, "malformed", 0, "channels: not JSON"},
      {"wrong_json",
       {Send(HttpAnswerText("200 OK", "{}"))},
       "malformed",
       0,
       "channels: it is of type object, accepted is: list"},
      {"no_content", {Send("HTTP/1.1 204 No Content\r\n\r\n")}, "malformed", 0, "channels: not JSON"},
      {"deep_json",
       {Send(HttpAnswerText("200 OK", std::string(100000, '[')))},
       "malformed",
       0,
       "nested too deeply"},
  };
  return cases;
}

class HostileServerTest : public LoopFixture, public ::testing::WithParamInterface<Case> {};

TEST_P(HostileServerTest, EndsInTheRightError) {
  const Case& param = GetParam();
  Script script = {Step(Kind::kReadRequest)};
  script.insert(script.end(), param.script.begin(), param.script.end());
  ScriptedServer server(loop_, {script});
  HttpClientLimits limits;
  const bool times_out = std::string(param.kind) == "timeout";
  limits.timeout = std::chrono::milliseconds(times_out ? 300 : 15000);
  HttpClient client(loop_.get_executor(), MakeTestAccess(LoopbackUrl(server.port())), limits);
  const auto outcome = Finish(client.ListChannels());
  EXPECT_STREQ(KindName(*outcome), param.kind) << outcome->what();
  EXPECT_EQ(outcome->error ? outcome->error->status : 0, param.status) << outcome->what();
  if (outcome->error) {
    EXPECT_THAT(outcome->what(), StartsWith("GET /channels: "));
    EXPECT_THAT(outcome->what(), HasSubstr(param.said));
    EXPECT_EQ(outcome->what().find('\n'), std::string::npos);
    EXPECT_LT(outcome->what().size(), 400u);
  }
  EXPECT_EQ(server.connections, 1);
  // Nothing of it lives on.
  client.Close();
  server.Stop();
  EXPECT_TRUE(RunsOut());
}

INSTANTIATE_TEST_SUITE_P(Answers, HostileServerTest, ::testing::ValuesIn(Cases()),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace benari::control::ari
