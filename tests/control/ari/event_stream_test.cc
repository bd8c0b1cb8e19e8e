#include "control/ari/event_stream.h"

#include <gmock/gmock.h>

#include "loop_fixture.h"
#include "scripted_server.h"

namespace benari::control::ari {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = Step::Kind;

const Step kAccept(Kind::kAcceptWebSocket);
const Step kReadSome(Kind::kReadSome);
const Step kClose(Kind::kClose);
Step Send(const std::string& bytes) { return Step(Kind::kSend, bytes); }
Step SendEvent(const std::string& type) { return Send(TextFrame(absl::StrCat(R"({"type":")", type, "\"}"))); }
const std::string kPong("\x8a\x00", 2);
const std::string kCloseFrame("\x88\x02\x03\xe8", 4);

class EventStreamTest : public LoopFixture {
 protected:
  void Serve(std::vector<Script> scripts, int idle_timeout_ms = 15000) {
    if (server_ != nullptr) earlier_.push_back(std::move(server_));  // its coroutines still use it
    server_ = std::make_unique<ScriptedServer>(loop_, std::move(scripts));
    EventStreamLimits limits;
    limits.connect_timeout = std::chrono::milliseconds(connect_timeout_ms_);
    limits.idle_timeout = std::chrono::milliseconds(idle_timeout_ms);
    limits.backoff_min = std::chrono::milliseconds(1);
    limits.backoff_max = std::chrono::milliseconds(10);
    EventHandlers handlers;
    handlers.on_connected = [this] { seen_.push_back("connected"); };
    handlers.on_disconnected = [this](const std::string& reason) {
      seen_.push_back("disconnected: " + reason);
    };
    handlers.on_event = [this](const Event& event) {
      const auto* unknown = std::get_if<UnknownEvent>(&event);
      seen_.push_back(unknown != nullptr                                   ? unknown->type
                      : std::holds_alternative<ApplicationReplaced>(event) ? "replaced"
                                                                           : "other");
      if (stop_on_event_) stream_->Stop();
      if (destroy_on_event_) stream_.reset();
    };
    handlers.on_other_event = [this](absl::string_view json) { others_.emplace_back(json); };
    stream_ = std::make_unique<EventStream>(
        loop_.get_executor(), MakeTestAccess(LoopbackUrl(server_->port())), limits, std::move(handlers));
    stream_->Start();
  }
  void RunUntilSeen(size_t count) {
    RunUntil([this, count] { return seen_.size() >= count; });
  }

  std::vector<std::unique_ptr<ScriptedServer>> earlier_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<EventStream> stream_;
  std::vector<std::string> seen_;
  std::vector<std::string> others_;
  int connect_timeout_ms_ = 15000;
  bool stop_on_event_ = false;
  bool destroy_on_event_ = false;
};

TEST_F(EventStreamTest, ConnectsAsAsteriskWantsAndDeliversEvents) {
  Serve({{kAccept, SendEvent("A"), SendEvent("B")}});
  EXPECT_EQ(stream_->problem(), "not started");
  RunUntilSeen(3);
  EXPECT_THAT(seen_, ElementsAre("connected", "A", "B"));
  EXPECT_THAT(
      server_->requests[0],
      AllOf(StartsWith("GET /ari/events?app=voicebot1&subscribeAll=false HTTP/1.1\r\n"),
            HasSubstr(absl::StrCat("Host: 127.0.0.1:", server_->port(), "\r\n")),
            HasSubstr("Authorization: Basic YmVuYXJpOmdlaGVpbQ==\r\n"), HasSubstr("Upgrade: websocket\r\n")));
  EXPECT_EQ(stream_->problem(), "");
  EXPECT_EQ(stream_->counters().connected, 1u);
  EXPECT_EQ(stream_->counters().events, 2u);
}

TEST_F(EventStreamTest, EventsOfOtherTypesAreDeliveredAsTheyCame) {
  const std::string replaced = R"({"type":"ApplicationReplaced"})", other = R"({"type":"A","x":{"y":1}})";
  Serve({{kAccept, Send(TextFrame(other)), Send(TextFrame(replaced))}});
  RunUntilSeen(3);
  EXPECT_THAT(others_, ElementsAre(other));
}

TEST_F(EventStreamTest, ReconnectsAfterAClose) {
  Serve({{kAccept, SendEvent("A"), Send(kCloseFrame), kClose}, {kAccept, SendEvent("B"), kClose}, {kAccept}});
  RunUntilSeen(7);
  ASSERT_EQ(seen_.size(), 7u);
  EXPECT_THAT(seen_, ElementsAre("connected", "A", "disconnected: Asterisk closed it with code 1000",
                                 "connected", "B", StartsWith("disconnected: "), "connected"));
}

TEST_F(EventStreamTest, MalformedMessagesAreCountedAndPassedOver) {
  Serve(
      {{kAccept, Send(TextFrame("rubbish")), Send(TextFrame(R"({"type":"StasisStart"})")), SendEvent("A")}});
  RunUntilSeen(2);
  EXPECT_THAT(seen_, ElementsAre("connected", "A"));
  EXPECT_EQ(stream_->counters().malformed, 2u);
}

TEST_F(EventStreamTest, OversizedAndBrokenFramesEndTheConnectionOnly) {
  const std::string two_mib("\x81\x7f\x00\x00\x00\x00\x00\x20\x00\x00", 10);
  const std::string reserved_opcode("\x83\x00", 2);
  Serve({{kAccept, Send(two_mib)}, {kAccept, Send(reserved_opcode)}, {kAccept, SendEvent("A")}});
  RunUntilSeen(6);
  EXPECT_THAT(seen_, ElementsAre("connected", HasSubstr("disconnected: "), "connected",
                                 HasSubstr("disconnected: "), "connected", "A"));
}

TEST_F(EventStreamTest, DeadConnectionIsNoticed) {
  Serve({{kAccept, kReadSome}, {kAccept, SendEvent("A")}}, /*idle_timeout_ms=*/200);
  RunUntilSeen(4);
  ASSERT_GE(seen_.size(), 4u);
  EXPECT_EQ(seen_[1], "disconnected: no answer to a ping within 200 ms");
  EXPECT_EQ(seen_[3], "A");
  EXPECT_EQ(server_->other_bytes.front(), '\x89') << "a ping was sent";
}

TEST_F(EventStreamTest, QuietConnectionThatAnswersPingsStays) {
  Script script = {kAccept};
  for (int i = 0; i < 5; ++i) {
    script.push_back(kReadSome);  // a ping
    script.push_back(Send(kPong));
  }
  script.push_back(SendEvent("A"));
  Serve({script}, /*idle_timeout_ms=*/1000);
  RunUntilSeen(2);
  EXPECT_THAT(seen_, ElementsAre("connected", "A"));
}

TEST_F(EventStreamTest, ApplicationReplacedIsDeliveredAndNotFought) {
  Serve({{kAccept, SendEvent("ApplicationReplaced"), Send(kCloseFrame), kClose}});
  RunUntilSeen(3);
  EXPECT_THAT(seen_, ElementsAre("connected", "replaced",
                                 "disconnected: another instance has taken over the application"));
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_EQ(server_->connections, 1);
}

// An Asterisk that hung comes to the attempt that was given up after the one that stands.
TEST_F(EventStreamTest, ItsOwnEarlierAttemptIsNotAnotherInstance) {
  connect_timeout_ms_ = 200;
  Serve({{Step(Kind::kWaitForRelease)},
         {kAccept, SendEvent("ApplicationReplaced"), kReadSome},
         {kAccept, SendEvent("ApplicationReplaced"), Send(kCloseFrame), kClose}});
  RunUntilSeen(5);
  EXPECT_THAT(
      seen_,
      ElementsAre("connected", "disconnected: Asterisk has come to an earlier attempt to connect",
                  "connected", "replaced", "disconnected: another instance has taken over the application"));
  server_->Release();
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_EQ(server_->connections, 3);
}

TEST_F(EventStreamTest, StopClosesInGoodOrder) {
  Serve({{kAccept, kReadSome, Send(kCloseFrame), kClose}});
  RunUntilSeen(1);
  stream_->Stop();
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_THAT(seen_, ElementsAre("connected"));
  ASSERT_FALSE(server_->other_bytes.empty());
  EXPECT_EQ(server_->other_bytes.front(), '\x88') << "a close frame was sent";
  EXPECT_EQ(server_->connections, 1);
}

TEST_F(EventStreamTest, StopDoesNotWaitForADeafServer) {
  Serve({{kAccept}});
  RunUntilSeen(1);
  stream_.reset();
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_EQ(server_->open, 0);
}

TEST_F(EventStreamTest, MayBeStoppedByItsHandler) {
  stop_on_event_ = true;
  Serve({{kAccept, SendEvent("A"), SendEvent("B")}});
  RunUntilSeen(2);
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_THAT(seen_, ElementsAre("connected", "A"));
}

TEST_F(EventStreamTest, MayBeDestroyedByItsHandler) {
  destroy_on_event_ = true;
  Serve({{kAccept, SendEvent("A"), SendEvent("B")}});
  RunUntilSeen(2);
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_THAT(seen_, ElementsAre("connected", "A"));
}

TEST_F(EventStreamTest, MayBeStoppedWhileConnectingAndWhileWaiting) {
  Serve({{}});
  RunUntil([this] { return server_->connections == 1; });
  stream_->Stop();
  server_->Stop();
  EXPECT_TRUE(RunsOut());
  EXPECT_TRUE(seen_.empty());

  Serve({{kClose}});
  RunUntil([this] { return stream_->counters().connect_failures > 0; });
  stream_->Stop();
  server_->Stop();
  EXPECT_TRUE(RunsOut());
}

TEST_F(EventStreamTest, SaysWhyItCannotConnectAndGoesOnTrying) {
  const Step read(Kind::kReadRequest);
  const struct {
    Script script;
    const char* problem;
  } kTable[] = {
      {{read, Send(HttpAnswerText("401 Unauthorized", R"({"message":"Authentication required"})"))},
       "401 Unauthorized (Authentication required): user or password refused: look at --ari_user=benari and "
       "--ari_password_file"},
      {{read, Send(HttpAnswerText("404 Not Found", ""))},
       "404 Not Found: no ARI there: look at --ari_url=http://127.0.0.1:"},
      {{read, Send(HttpAnswerText("200 OK", "[]"))}, "HTTP 200"},
      {{read, Send("HTTP/1.1 101 Switching Protocols\r\n\r\n")},
       "answered 101, yet not as a WebSocket server"},
      {{read, Send("SSH-2.0-OpenSSH_9.2\r\n")}, "does not speak HTTP"},
      {{read, kClose}, "closed the connection without an answer"},
  };
  for (const auto& row : kTable) {
    Serve({row.script, row.script, {kAccept, SendEvent("A")}});
    RunUntil([this] { return stream_->counters().connect_failures > 0; });
    EXPECT_THAT(stream_->problem(), HasSubstr(row.problem));
    RunUntil([this] { return stream_->counters().events > 0; });
    EXPECT_EQ(stream_->counters().connect_failures, 2u) << row.problem;
    EXPECT_EQ(stream_->problem(), "");
  }
}

TEST_F(EventStreamTest, SilentServerIsATimeout) {
  connect_timeout_ms_ = 200;
  Serve({{}, {kAccept}});
  RunUntil([this] { return stream_->counters().connect_failures > 0; });
  EXPECT_THAT(stream_->problem(), HasSubstr("the WebSocket handshake got no answer"));
  RunUntilSeen(1);
}

}  // namespace
}  // namespace benari::control::ari
