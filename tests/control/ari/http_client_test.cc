#include "control/ari/http_client.h"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <functional>
#include <thread>
#include <utility>

#include "loop_fixture.h"
#include "scripted_server.h"

namespace benari::control::ari {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = Step::Kind;

constexpr char kChannel[] = R"({"id":"x","name":"n","state":"Up","creationtime":"t"})";

const Step kRead(Kind::kReadRequest);
const Step kClose(Kind::kClose);
Step Send(const std::string& bytes) { return Step(Kind::kSend, bytes); }
Step Answer(const std::string& body) { return Send(HttpAnswerText("200 OK", body)); }
Script ServeAll(const std::string& body) { return {Step(Kind::kServe, HttpAnswerText("200 OK", body))}; }

class HttpClientTest : public LoopFixture {
 protected:
  void Serve(std::vector<Script> scripts, HttpClientLimits limits = {}) {
    server_ = std::make_unique<ScriptedServer>(loop_, std::move(scripts));
    Connect(LoopbackUrl(server_->port()), limits);
  }
  void Connect(const std::string& url, HttpClientLimits limits = {}) {
    client_ = std::make_unique<HttpClient>(
        loop_.get_executor(), MakeTestAccess(url), limits,
        [this](absl::string_view operation, absl::string_view code, std::chrono::nanoseconds duration) {
          EXPECT_GE(duration.count(), 0);
          hooked_.push_back(absl::StrCat(operation, " ", code));
        });
  }
  static HttpClientLimits Limits(int connections, int max_waiting, int timeout_ms = 15000) {
    HttpClientLimits limits;
    limits.connections = connections;
    limits.max_waiting = max_waiting;
    limits.timeout = std::chrono::milliseconds(timeout_ms);
    return limits;
  }
  std::vector<std::string> RequestLines() const {
    std::vector<std::string> lines;
    for (const std::string& request : server_->requests) {
      lines.push_back(request.substr(0, request.find(" HTTP/1.1\r\n")));
    }
    return lines;
  }

  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<HttpClient> client_;
  std::vector<std::string> hooked_;
};

TEST_F(HttpClientTest, SendsWhatAsteriskNeeds) {
  Serve({ServeAll(kChannel)});
  EXPECT_TRUE(Finish(client_->GetChannel("a/b"))->ok());
  ASSERT_EQ(server_->requests.size(), 1u);
  EXPECT_THAT(server_->requests[0],
              AllOf(StartsWith("GET /ari/channels/a%2Fb HTTP/1.1\r\n"),
                    HasSubstr(absl::StrCat("Host: 127.0.0.1:", server_->port(), "\r\n")),
                    HasSubstr("Authorization: Basic YmVuYXJpOmdlaGVpbQ==\r\n")));
}

// As when it was stopped (SIGSTOP): the answer came in time, and was not read.
TEST_F(HttpClientTest, ADeadlineThatPassedWhileTheLoopStoodStillIsNoTimeout) {
  Serve({{kRead, Step(Kind::kWaitForRelease), Answer(kChannel)}}, Limits(1, 10, 1000));
  const auto outcome =
      Start(client_->CreateExternalMedia(ExternalMediaRequest("x", "alaw", {"10.0.0.1", 4000})));
  RunUntil([this] { return server_->requests.size() == 1; });
  server_->Release();
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  RunUntil([outcome] { return outcome->done; });
  EXPECT_TRUE(outcome->ok()) << outcome->what();
}

TEST_F(HttpClientTest, NorIsOneThatPassedAsTheRequestWasMade) {
  server_ = std::make_unique<ScriptedServer>(loop_, std::vector<Script>{ServeAll(kChannel)});
  bool stands_still = true;
  const auto stand_still_once = [&stands_still](size_t, size_t) {
    if (std::exchange(stands_still, false)) std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  };
  client_ = std::make_unique<HttpClient>(loop_.get_executor(), MakeTestAccess(LoopbackUrl(server_->port())),
                                         Limits(1, 10, 1000), nullptr, stand_still_once);
  EXPECT_TRUE(Finish(client_->GetChannel("x"))->ok());
}

// Among what lies unread may be that another instance has taken over.
TEST_F(HttpClientTest, AfterAStandstillNothingIsSentBeforeWhatLiesUnreadWasRead) {
  Serve({ServeAll(kChannel)});
  EXPECT_TRUE(Finish(client_->GetChannel("a"))->ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  int left_to_read = 300;
  std::function<void()> read = [this, &left_to_read, &read] {
    if (--left_to_read > 0) boost::asio::post(loop_, read);
  };
  boost::asio::post(loop_, read);
  const auto outcome = Start(client_->GetChannel("b"));
  RunUntil([this] { return server_->requests.size() == 2; });
  EXPECT_EQ(left_to_read, 0);
  RunUntil([outcome] { return outcome->done; });
  EXPECT_TRUE(outcome->ok()) << outcome->what();
}

TEST_F(HttpClientTest, NothingIsSentWhileNothingMayBe) {
  Serve({ServeAll("[]")}, Limits(1, 100, 300));
  bool may_send = false;
  client_->set_may_send([&may_send] { return may_send; });
  const auto waited = Finish(client_->ListChannels());
  ASSERT_NE(waited->error, nullptr);
  EXPECT_TRUE(waited->error->never_sent());
  const auto release = Start(client_->HangUp("x", ""));
  may_send = true;
  RunUntil([release] { return release->done; });
  EXPECT_TRUE(release->ok()) << release->what();
  EXPECT_THAT(RequestLines(), ElementsAre("DELETE /ari/channels/x"));
}

TEST_F(HttpClientTest, ComparesTheClocks) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: ";
  Serve({{kRead, Send(head + "Wed, 01 Jan 2070 00:00:00 GMT\r\n\r\n[]"), kRead,
          Send(head + "Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n[]"), kRead, Send(head + "soon\r\n\r\n[]")}});
  EXPECT_EQ(client_->ClockAhead().count(), 0);
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_GT(client_->ClockAhead(), std::chrono::hours(24));
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_LT(client_->ClockAhead(), -std::chrono::hours(24));
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_LT(client_->ClockAhead(), -std::chrono::hours(24)) << "what cannot be read says nothing";
}

TEST_F(HttpClientTest, PostWithoutBodySaysSo) {
  Serve({ServeAll(kChannel)});
  EXPECT_TRUE(Finish(client_->Originate(OriginateRequest("x", "Local/1@d")))->ok());
  EXPECT_THAT(server_->requests[0], HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(HttpClientTest, ReusesItsConnection) {
  Serve({ServeAll("[]")});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 1);
  EXPECT_THAT(hooked_, ElementsAre("ListChannels 200", "ListChannels 200", "ListChannels 200"));
}

TEST_F(HttpClientTest, LongIdleConnectionsAreNotUsedAgain) {
  HttpClientLimits limits;
  limits.max_idle = std::chrono::milliseconds(-1);
  Serve({ServeAll("[]")}, limits);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 3);
}

TEST_F(HttpClientTest, AnswerWithConnectionCloseEndsTheConnection) {
  Serve({{kRead, Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]")}});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 2);
}

TEST_F(HttpClientTest, OpensNoMoreConnectionsThanAllowedAndServesInOrder) {
  const Script slow = {Step(Kind::kWaitForRelease), Step(Kind::kServe, HttpAnswerText("204 No Content", ""))};
  Serve({slow}, Limits(1, 100));
  std::vector<std::shared_ptr<Outcome>> outcomes;
  for (const char* id : {"1", "2", "3", "4", "5"}) outcomes.push_back(Start(client_->HangUp(id, "")));
  RunUntil([this] { return server_->connections > 0; });
  server_->Release();
  for (const auto& outcome : outcomes) {
    RunUntil([outcome] { return outcome->done; });
    EXPECT_TRUE(outcome->ok()) << outcome->what();
  }
  EXPECT_EQ(server_->connections, 1);
  EXPECT_THAT(RequestLines(),
              ElementsAre("DELETE /ari/channels/1", "DELETE /ari/channels/2", "DELETE /ari/channels/3",
                          "DELETE /ari/channels/4", "DELETE /ari/channels/5"));
}

TEST_F(HttpClientTest, UsesAllConnectionsItMay) {
  const Script slow = {kRead, Step(Kind::kWaitForRelease), Answer("[]"),
                       Step(Kind::kServe, HttpAnswerText("200 OK", "[]"))};
  Serve({slow}, Limits(3, 100));
  std::vector<std::shared_ptr<Outcome>> outcomes;
  for (int i = 0; i < 10; ++i) outcomes.push_back(Start(client_->ListChannels()));
  RunUntil([this] { return server_->requests.size() == 3; });
  EXPECT_EQ(server_->connections, 3);
  server_->Release();
  for (const auto& outcome : outcomes) {
    RunUntil([outcome] { return outcome->done; });
    EXPECT_TRUE(outcome->ok()) << outcome->what();
  }
  EXPECT_EQ(server_->connections, 3);
  EXPECT_EQ(server_->requests.size(), 10u);
}

TEST_F(HttpClientTest, RefusesWhenTooManyWait) {
  Serve({{Step(Kind::kWaitForRelease), Step(Kind::kServe, HttpAnswerText("200 OK", "[]"))}}, Limits(1, 2));
  std::vector<std::shared_ptr<Outcome>> outcomes;
  for (int i = 0; i < 3; ++i) outcomes.push_back(Start(client_->ListChannels()));
  const auto refused = Finish(client_->ListChannels());
  ASSERT_NE(refused->error, nullptr);
  EXPECT_EQ(refused->error->kind, ErrorKind::kOverloaded);
  EXPECT_EQ(refused->what(), "GET /channels: not sent: 2 requests wait already");
  server_->Release();
  for (const auto& outcome : outcomes) {
    RunUntil([outcome] { return outcome->done; });
    EXPECT_TRUE(outcome->ok()) << outcome->what();
  }
  EXPECT_THAT(hooked_[0], "ListChannels overloaded");
}

TEST_F(HttpClientTest, DeadlineCoversAnswering) {
  Serve({{kRead}, ServeAll("[]")}, Limits(1, 100, 300));
  const auto unanswered = Finish(client_->ListChannels());
  ASSERT_NE(unanswered->error, nullptr);
  EXPECT_EQ(unanswered->error->kind, ErrorKind::kTimeout);
  EXPECT_EQ(unanswered->what(), "GET /channels: no answer within 300 ms (waiting for the answer)");
  // The place is free again, on a new connection.
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
}

// The release, whose turn comes first, has its time from then on, and so outlasts the one that waits.
TEST_F(HttpClientTest, DeadlineCoversQueueing) {
  Serve({{kRead}, {kRead}}, Limits(1, 100, 300));
  const auto first = Start(client_->ListChannels());
  const auto release = Start(client_->HangUp("x", ""));
  RunUntil([this] { return server_->requests.size() == 1; });
  const auto queued = Start(client_->ListBridges());
  RunUntil([=] { return queued->done; });
  EXPECT_FALSE(release->done);
  ASSERT_NE(queued->error, nullptr);
  EXPECT_EQ(queued->error->kind, ErrorKind::kOverloaded);
  EXPECT_EQ(queued->what(), "GET /bridges: not sent: no connection was free for 300 ms");
  RunUntil([=] { return release->done; });
  ASSERT_NE(release->error, nullptr);
  EXPECT_EQ(release->error->kind, ErrorKind::kTimeout);
}

TEST_F(HttpClientTest, ReleasesGoFirstAndAreNotRefused) {
  const Script slow = {kRead, Step(Kind::kWaitForRelease), Answer("[]"),
                       Step(Kind::kServe, HttpAnswerText("200 OK", kChannel))};
  Serve({slow}, Limits(1, 1));
  std::vector<std::shared_ptr<Outcome>> outcomes;
  outcomes.push_back(Start(client_->ListChannels()));
  outcomes.push_back(Start(client_->Originate(OriginateRequest("new", "Local/1@d"))));
  outcomes.push_back(Start(client_->HangUp("old", "")));
  outcomes.push_back(Start(client_->DestroyBridge("old")));
  outcomes.push_back(Start(client_->ContinueInDialplan("old", "", "")));
  RunUntil([this] { return server_->requests.size() == 1; });
  server_->Release();
  for (const auto& outcome : outcomes) {
    RunUntil([outcome] { return outcome->done; });
    EXPECT_TRUE(outcome->ok()) << outcome->what();
  }
  EXPECT_THAT(RequestLines(),
              ElementsAre("GET /ari/channels", "DELETE /ari/channels/old", "DELETE /ari/bridges/old",
                          "POST /ari/channels/old/continue", StartsWith("POST /ari/channels/new")));
}

TEST_F(HttpClientTest, IsOverloadedWhileRequestsWaitForLong) {
  HttpClientLimits limits = Limits(1, 100);
  limits.overloaded_after = std::chrono::milliseconds(50);
  Serve({{kRead, Step(Kind::kWaitForRelease), Answer("[]"),
          Step(Kind::kServe, HttpAnswerText("200 OK", "[]"))}},
        limits);
  const auto served = Start(client_->ListChannels());
  RunUntil([this] { return server_->requests.size() == 1; });
  EXPECT_FALSE(client_->Overloaded());
  const auto queued = Start(client_->ListChannels());
  RunUntil([this] { return client_->Overloaded(); });
  server_->Release();
  RunUntil([=] { return queued->done; });
  EXPECT_FALSE(client_->Overloaded());
}

TEST_F(HttpClientTest, DeadlineCoversConnecting) {
  server_ = std::make_unique<ScriptedServer>(loop_, std::vector<Script>{{}});
  Connect(absl::StrCat("https://127.0.0.1:", server_->port()), Limits(1, 100, 300));
  const auto outcome = Finish(client_->ListChannels());
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_EQ(outcome->error->kind, ErrorKind::kTimeout);
  EXPECT_EQ(outcome->what(), "GET /channels: no answer within 300 ms (connecting)");
  RunUntil([this] { return server_->open == 0; });
}

TEST_F(HttpClientTest, SaysThatNobodyListens) {
  server_ = std::make_unique<ScriptedServer>(loop_, std::vector<Script>{{}});
  const uint16_t port = server_->port();
  server_->Stop();
  Connect(LoopbackUrl(port));
  const auto outcome = Finish(client_->CreateBridge("b", ""));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_EQ(outcome->error->kind, ErrorKind::kUnreachable);
  EXPECT_THAT(outcome->what(),
              AllOf(StartsWith("POST /bridges/b: nothing listens at 127.0.0.1:"), HasSubstr("bindport")));
  EXPECT_THAT(hooked_, ElementsAre("CreateBridge unreachable"));
}

// The server answers one request and closes when it reads the next one.
const Script kClosesOnSecond = {kRead, Answer("[]"), kRead, kClose};

TEST_F(HttpClientTest, GetAndDeleteAreRepeatedOnceAfterAStaleConnection) {
  Serve({kClosesOnSecond, kClosesOnSecond, ServeAll("[]")});
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());  // met the first close, went to the second connection
  EXPECT_TRUE(Finish(client_->HangUp("x", ""))->ok());
  EXPECT_EQ(server_->connections, 3);
  EXPECT_EQ(server_->requests.size(), 5u);
}

TEST_F(HttpClientTest, PostIsNotRepeatedAfterAStaleConnection) {
  Serve({kClosesOnSecond, ServeAll(kChannel)});
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  const auto outcome = Finish(client_->Originate(OriginateRequest("x", "Local/1@d")));
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_EQ(outcome->error->kind, ErrorKind::kUnreachable);
  EXPECT_THAT(outcome->what(), HasSubstr("closed the connection without an answer"));
  EXPECT_EQ(server_->connections, 1);
  EXPECT_EQ(server_->requests.size(), 2u);
}

TEST_F(HttpClientTest, ConnectionClosedWhileIdleIsNotUsedEvenForPost) {
  Serve({{kRead, Answer("[]"), kClose}, ServeAll(kChannel)});
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  RunUntil([this] { return server_->closed_by_server == 1; });
  const auto outcome = Finish(client_->Originate(OriginateRequest("x", "Local/1@d")));
  EXPECT_TRUE(outcome->ok()) << outcome->what();
  EXPECT_EQ(server_->connections, 2);
}

TEST_F(HttpClientTest, NewConnectionsAreNotTriedTwice) {
  Serve({{kRead, kClose}});
  const auto outcome = Finish(client_->ListChannels());
  ASSERT_NE(outcome->error, nullptr);
  EXPECT_EQ(outcome->error->kind, ErrorKind::kUnreachable);
  EXPECT_EQ(server_->connections, 1);
}

TEST_F(HttpClientTest, ARepeatedRequestIsNotRepeatedAgain) {
  Serve({kClosesOnSecond, {kRead, kClose}});
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_FALSE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 2);
}

TEST_F(HttpClientTest, BytesNobodyAskedForSpoilTheConnection) {
  Serve({{kRead, Send(HttpAnswerText("200 OK", "[]") + HttpAnswerText("200 OK", "[1]"))}, ServeAll("[]")});
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_TRUE(Finish(client_->ListChannels())->ok());
  EXPECT_EQ(server_->connections, 2);
}

TEST_F(HttpClientTest, CloseFailsEveryOpenRequestAtOnce) {
  Serve({{kRead}}, Limits(1, 100, 600000));
  const auto served = Start(client_->ListChannels());
  const auto queued = Start(client_->CreateBridge("b", ""));
  RunUntil([this] { return server_->requests.size() == 1; });
  client_->Close();
  const auto after = Start(client_->ListBridges());
  client_.reset();
  RunUntil([=] { return served->done && queued->done && after->done; });
  for (const auto& outcome : {served, queued, after}) {
    ASSERT_NE(outcome->error, nullptr);
    EXPECT_EQ(outcome->error->kind, ErrorKind::kUnreachable);
  }
  EXPECT_EQ(served->what(), "GET /channels: the client was closed");
  EXPECT_EQ(after->what(), "GET /bridges: the client is closed");
  EXPECT_THAT(hooked_, ElementsAre("CreateBridge unreachable", "ListChannels unreachable"));
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_EQ(server_->open, 0);
}

TEST_F(HttpClientTest, MayBeDestroyedWithRequestsUnderWayAndALoopThatNeverRunsAgain) {
  Serve({{kRead}});
  Start(client_->ListChannels());
  RunUntil([this] { return server_->requests.size() == 1; });
  Start(client_->ListBridges());
  client_.reset();  // what is left goes with the loop: the address sanitizer sees the rest
}

}  // namespace
}  // namespace benari::control::ari
