// The fake behind its sockets. What the model does is tested in asterisk_model_test.cc.
#include "tests/fakes/fake_asterisk.h"

#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/test_client.h"

namespace benari::fakes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

class FakeAsteriskTest : public testing::Test {
 protected:
  FakeAsteriskTest() {
    FakeAsteriskOptions options;
    options.record = true;
    options.limits.session_limit = 10;
    asterisk = std::make_unique<FakeAsterisk>(options);
    http = std::make_unique<TestHttp>(asterisk->http());
  }

  int Status(const std::string& method, const std::string& target) {
    return http->Request(method, target).status;
  }
  // Caller and an ExternalMedia channel "m" in a bridge "b", whose RTP goes to `echo`.
  std::string StartEcho(TestEvents& events, const TestEcho& echo) {
    const std::string caller = asterisk->PlaceCall();
    EXPECT_FALSE(events.Await("StasisStart", caller).is_null());
    EXPECT_EQ(
        Status("POST", "/ari/channels/externalMedia?channelId=m&app=voicebot1&format=alaw&external_host=" +
                           echo.endpoint().ToString()),
        200);
    EXPECT_EQ(Status("POST", "/ari/bridges/b?type=mixing"), 200);
    EXPECT_EQ(Status("POST", "/ari/bridges/b/addChannel?channel=" + caller + ",m"), 204);
    EXPECT_FALSE(events.Await("ChannelEnteredBridge", "m").is_null());
    return caller;
  }
  Heard AwaitHeard(const std::string& caller, uint64_t sent) {
    EXPECT_TRUE(asterisk->WaitUntil(
        [&](const AsteriskModel&) { return asterisk->CallerHeard(caller).sent_packets >= sent; }));
    return asterisk->CallerHeard(caller);
  }

  std::unique_ptr<FakeAsterisk> asterisk;
  std::unique_ptr<TestHttp> http;
};

TEST_F(FakeAsteriskTest, AsksForCredentials) {
  TestHttp stranger(asterisk->http(), "benari:wrong");
  const TestReply reply = stranger.Request("GET", "/ari/channels");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.authenticate, "Basic realm=\"Asterisk REST Interface\"");
  EXPECT_EQ(stranger.Request("GET", "/ari/channels?api_key=benari:secret").status, 200);
  EXPECT_THROW(TestEvents(asterisk->http(), "voicebot1", "benari:wrong"), std::exception);
}

TEST_F(FakeAsteriskTest, AnswersUnknownThingsAsAsteriskDoes) {
  EXPECT_EQ(Status("GET", "/nothing"), 404);
  EXPECT_EQ(Status("GET", "/ari/nothing"), 404);
  EXPECT_EQ(Status("GET", "/ari/channels/none"), 404);
  EXPECT_EQ(Status("GET", "/ari/applications/none"), 404);
  EXPECT_EQ(Status("PUT", "/ari/channels"), 405);
  EXPECT_EQ(Status("GET", "/ari/events?app=x"), 426);
  EXPECT_EQ(Status("POST", "/ari/channels/x?app=a&endpoint=rubbish"), 400);
  EXPECT_EQ(Status("POST", "/ari/channels/externalMedia?app=a&format=alaw&external_host=nohost"), 400);
  EXPECT_EQ(Status("POST", "/ari/bridges/x/addChannel"), 400);
  EXPECT_EQ(Status("GET", "/ari/channels"), 200);
}

TEST_F(FakeAsteriskTest, TakesParametersFromAJsonBodyToo) {
  const TestReply reply = http->Request("POST", "/ari/bridges", R"({"bridgeId":"b","type":"mixing"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body["id"], "b");
  EXPECT_EQ(Status("GET", "/ari/bridges/b"), 200);
}

TEST_F(FakeAsteriskTest, ShapesJsonAsAsteriskDoes) {
  TestEvents events(asterisk->http(), "voicebot1");
  const std::string caller = asterisk->PlaceCall();
  const json start = events.Await("StasisStart", caller);
  EXPECT_EQ(start["application"], "voicebot1");
  EXPECT_EQ(start["args"], json::array({"inbound"}));
  EXPECT_TRUE(start.contains("asterisk_id"));
  EXPECT_THAT(start["timestamp"].get<std::string>(),
              testing::MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+[.][0-9]+[+]0000"));
  const json channel = start["channel"];
  EXPECT_EQ(channel["state"], "Up");
  EXPECT_EQ(channel["caller"]["number"], "phone");
  EXPECT_EQ(channel["dialplan"]["exten"], "3308487");
  EXPECT_EQ(channel["creationtime"].get<std::string>().size(), start["timestamp"].get<std::string>().size());
  const TestReply external = http->Request(
      "POST", "/ari/channels/externalMedia?channelId=m&app=voicebot1&format=alaw&external_host=127.0.0.1:9");
  EXPECT_EQ(external.body["state"], "Down");
  EXPECT_EQ(external.body["channelvars"]["UNICASTRTP_LOCAL_ADDRESS"], "127.0.0.1");
  EXPECT_NE(external.body["channelvars"]["UNICASTRTP_LOCAL_PORT"], "0");
  events.Await("StasisStart", "m");
  EXPECT_EQ(Status("DELETE", "/ari/channels/m?reason=busy"), 204);
  const json destroyed = events.Await("ChannelDestroyed", "m");
  EXPECT_EQ(destroyed["cause"], 17);
  EXPECT_EQ(destroyed["cause_txt"], "User busy");
  EXPECT_THAT(events.TypesOf("m"), ElementsAre("Dial", "ChannelStateChange", "Dial", "StasisStart",
                                               "ChannelHangupRequest", "StasisEnd", "ChannelDestroyed"));
}

TEST_F(FakeAsteriskTest, ACallerHearsTheEchoAndItIsChecked) {
  TestEcho echo;
  TestEvents events(asterisk->http(), "voicebot1");
  const std::string caller = StartEcho(events, echo);
  const Heard heard = AwaitHeard(caller, 20);
  EXPECT_GE(heard.received_packets, 15u);
  EXPECT_EQ(heard.same_ssrc, 0u);
  EXPECT_EQ(heard.wrong_payload_type, 0u);
  EXPECT_EQ(heard.unknown_sequence, 0u);
  EXPECT_EQ(heard.wrong_payload, 0u);
  EXPECT_EQ(heard.strangers, 0u);
  EXPECT_GE(heard.recording.size(), 15u * kFrameSamples);
  EXPECT_EQ(asterisk->open_rtp_sockets(), 1u);
  EXPECT_EQ(Status("DELETE", "/ari/channels/m"), 204);
  EXPECT_TRUE(asterisk->WaitUntil([&](const AsteriskModel&) { return asterisk->open_rtp_sockets() == 0; }));
}

TEST_F(FakeAsteriskTest, ALoopASilenceAndATamperedEchoAreSeen) {
  TestEvents events(asterisk->http(), "voicebot1");
  TestEcho loop(TestEcho::Fault::kSameSsrc), silent(TestEcho::Fault::kSilent),
      other(TestEcho::Fault::kOtherPayload);
  const auto heard_with = [&](const TestEcho& echo) {
    const std::string caller = StartEcho(events, echo);
    const Heard heard = AwaitHeard(caller, 20);
    Status("DELETE", "/ari/channels/m");
    Status("DELETE", "/ari/channels/" + caller);
    Status("DELETE", "/ari/bridges/b");
    EXPECT_TRUE(asterisk->WaitUntil([](const AsteriskModel& model) { return model.Leftovers().empty(); }));
    return heard;
  };
  EXPECT_GT(heard_with(loop).same_ssrc, 0u);
  EXPECT_EQ(heard_with(silent).received_packets, 0u);
  EXPECT_GT(heard_with(other).wrong_payload, 0u);
}

TEST_F(FakeAsteriskTest, ConnectionsBeyondTheSessionLimitAreClosedWithoutAnAnswer) {
  std::vector<std::unique_ptr<TestHttp>> open;
  ASSERT_EQ(Status("GET", "/ari/channels"), 200);
  for (int i = 1; i < 10; ++i) {
    open.push_back(std::make_unique<TestHttp>(asterisk->http()));
    EXPECT_EQ(open.back()->Request("GET", "/ari/channels").status, 200);
  }
  TestHttp refused(asterisk->http());
  EXPECT_EQ(refused.Request("GET", "/ari/channels").status, 0);
  EXPECT_EQ(asterisk->refused_connections(), 1);
  open.clear();
  EXPECT_TRUE(asterisk->WaitUntil([&](const AsteriskModel&) { return asterisk->http_connections() == 1; }));
  EXPECT_EQ(TestHttp(asterisk->http()).Request("GET", "/ari/channels").status, 200);
}

TEST(KeepAliveTest, AnIdleConnectionIsClosed) {
  FakeAsteriskOptions options;
  options.limits.keep_alive = milliseconds(50);
  FakeAsterisk asterisk(options);
  TestHttp idle(asterisk.http());
  EXPECT_EQ(idle.Request("GET", "/ari/channels").status, 200);
  EXPECT_TRUE(asterisk.WaitUntil([&](const AsteriskModel&) { return asterisk.http_connections() == 0; }));
  EXPECT_EQ(idle.Request("GET", "/ari/channels").status, 0);
}

TEST_F(FakeAsteriskTest, ASlowAsteriskActsAtOnceAndAnswersLate) {
  asterisk->SetAnswerDelay(milliseconds(300));
  const auto start = std::chrono::steady_clock::now();
  std::future<void> seen = std::async(std::launch::async, [&] {
    EXPECT_TRUE(
        asterisk->WaitUntil([](const AsteriskModel& model) { return model.bridges().count("b") > 0; }));
    EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(300));
  });
  EXPECT_EQ(Status("POST", "/ari/bridges/b"), 200);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(300));
}

TEST_F(FakeAsteriskTest, ADroppedWebSocketLeavesTheCallAndTheNextOneGoesOn) {
  auto first = std::make_unique<TestEvents>(asterisk->http(), "voicebot1");
  const std::string caller = asterisk->PlaceCall();
  first->Await("StasisStart", caller);
  asterisk->DropWebSocket();
  EXPECT_TRUE(first->AwaitClosed());
  EXPECT_TRUE(asterisk->WaitUntil([](const AsteriskModel& model) { return !model.Serves("voicebot1"); }));
  EXPECT_EQ(Status("GET", "/ari/channels/" + caller), 200);
  EXPECT_EQ(http->Request("GET", "/ari/applications/voicebot1").body["channel_ids"], json::array({caller}));
  TestEvents second(asterisk->http(), "voicebot1");
  asterisk->HangUpCaller(caller);
  EXPECT_FALSE(second.Await("StasisEnd", caller).is_null());
}

TEST_F(FakeAsteriskTest, ASecondSubscriberReplacesTheFirst) {
  TestEvents first(asterisk->http(), "voicebot1");
  TestEvents second(asterisk->http(), "voicebot1");
  EXPECT_FALSE(first.Await("ApplicationReplaced").is_null());
  const std::string caller = asterisk->PlaceCall();
  EXPECT_FALSE(second.Await("StasisStart", caller).is_null());
  EXPECT_TRUE(first.TypesOf(caller).empty());
}

TEST_F(FakeAsteriskTest, ARestartClosesEverythingAndListensOnTheSamePort) {
  TestEvents events(asterisk->http(), "voicebot1");
  const std::string caller = asterisk->PlaceCall();
  events.Await("StasisStart", caller);
  asterisk->Stop();
  EXPECT_TRUE(events.AwaitClosed());
  EXPECT_EQ(Status("GET", "/ari/channels"), 0);
  EXPECT_THROW(TestHttp{asterisk->http()}, std::exception);
  asterisk->Start();
  EXPECT_EQ(TestHttp(asterisk->http()).Request("GET", "/ari/channels").body, json::array());
  EXPECT_EQ(asterisk->Leftovers(), "");
}

TEST_F(FakeAsteriskTest, RestOverTheEventWebSocket) {
  TestEvents events(asterisk->http(), "voicebot1");
  events.Send(R"({"type":"RESTRequest","request_id":"r1","method":"POST","uri":"bridges/b?type=mixing"})");
  const json answer = events.Await("RESTResponse");
  EXPECT_EQ(answer["request_id"], "r1");
  EXPECT_EQ(answer["status_code"], 200);
  EXPECT_EQ(answer["uri"], "bridges/b");
  EXPECT_EQ(json::parse(answer["message_body"].get<std::string>())["id"], "b");
}

TEST_F(FakeAsteriskTest, DestinationsByDialledNumber) {
  asterisk->SetDestination("1002", Destination::Busy());
  asterisk->SetDestination("666", Destination::Unroutable());
  TestEvents events(asterisk->http(), "voicebot1");
  const std::string app = "&app=voicebot1&appArgs=dialed&formats=alaw&timeout=10";
  EXPECT_EQ(Status("POST", "/ari/channels/busy?endpoint=Local%2F1002%40default%2Fn" + app), 200);
  EXPECT_EQ(events.Await("ChannelDestroyed", "busy;2")["cause"], 17);
  EXPECT_EQ(Status("POST", "/ari/channels/u?endpoint=PJSIP%2F666%40nowhere" + app), 500);
  EXPECT_EQ(Status("POST", "/ari/channels/d?endpoint=Local%2F4438007%40default%2Fn" + app), 200);
  EXPECT_EQ(events.Await("StasisStart", "d")["args"], json::array({"dialed"}));
  asterisk->HangUpDestination("d");
  EXPECT_FALSE(events.Await("ChannelDestroyed", "d").is_null());
}

TEST(AlawTest, DecodesWhatItEncodes) {
  for (int sample = -32768; sample < 32768; sample += 7) {
    const int back = FromAlaw(ToAlaw(static_cast<int16_t>(sample)));
    EXPECT_LE(std::abs(back - sample), std::max(16, std::abs(sample) / 16)) << sample;
  }
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(ToAlaw(FromAlaw(static_cast<uint8_t>(code))), code);
  }
}

TEST(AlawTest, WritesAWavFile) {
  const std::string path = testing::TempDir() + "fake_asterisk_test.wav";
  WriteWav(path, std::vector<uint8_t>(kFrameSamples, ToAlaw(1000)));
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(bytes.size(), 44u + 2 * kFrameSamples);
  EXPECT_EQ(bytes.substr(0, 4), "RIFF");
  EXPECT_THROW(WriteWav("/nonexistent/x.wav", {}), std::runtime_error);
}

}  // namespace
}  // namespace benari::fakes
