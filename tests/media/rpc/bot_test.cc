// A whole node with a bot: gRPC, RTP and a real WebSocket.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/fakes/fake_bot.h"
#include "tests/media/rpc/node_fixture.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using fakes::BotConduct;
using fakes::FakeBot;
using ::grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;
using Connections = FakeBot::Connections;

constexpr char kCallSid[] = "CA0123456789abcdef0123456789abcdef";
constexpr char kSilence = '\xff';

// No two bytes in a row are alike, none is silence, and a part of it is found at one place only.
std::string Speech(size_t bytes) {
  std::string audio(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) audio[i] = static_cast<char>(1 + i * 37 % 101 + i / 101 % 90);
  return audio;
}

class BotNodeTest : public NodeTest {
 protected:
  BotNodeTest() {
    EXPECT_EQ(events_.Next().kind(), v1::EVENT_KIND_WATCHING);
    rtp_ = Loopback(static_cast<uint16_t>(Lease("a").rtp().port()));
  }

  v1::StartSessionRequest Request(const std::string& url) {
    v1::StartSessionRequest request;
    *request.mutable_owner() = Owner();
    request.set_lease_id("a");
    request.mutable_peer()->set_host("127.0.0.1");
    request.mutable_peer()->set_port(peer_.address().port);
    request.set_payload_type(0);
    request.set_clock_rate_hz(8000);
    request.mutable_bot()->set_url(url);
    request.mutable_bot()->set_call_sid(kCallSid);
    (*request.mutable_bot()->mutable_parameters())["from_number"] = "+4930123";
    request.mutable_bot()->set_drain_ms(10000);
    request.mutable_bot()->set_reconnect_ms(20000);
    return request;
  }
  static v1::Owner Owner() {
    v1::Owner owner;
    owner.set_name("benari");
    owner.set_epoch(1);
    return owner;
  }

  ::grpc::Status StartBot(const v1::StartSessionRequest& request) {
    v1::StartSessionResponse response;
    return client_.stub->StartSession(Client::Context().get(), request, &response);
  }
  // The peer sends; the bot is reached and has got its first messages.
  void Reach(const FakeBot& bot) {
    StartAndReach(bot);
    SendFirst();
  }
  void SendFirst() { peer_.Send(RtpBytes(0, 0), rtp_); }
  void StartAndReach(const FakeBot& bot) {
    const ::grpc::Status started = StartBot(Request(bot.Url("/ws?token=geheim")));
    ASSERT_TRUE(started.ok()) << started.error_message();
    ASSERT_EQ(Next().kind(), v1::EVENT_KIND_STARTED);
    ASSERT_EQ(Next().kind(), v1::EVENT_KIND_BOT_READY);
    stream_sid_ = MessagesOf(bot, "start").at(0)["streamSid"];
  }
  // The next event but of RTP.
  v1::WatchSessionsResponse Next() {
    while (true) {
      v1::WatchSessionsResponse event = events_.Next();
      if (event.kind() != v1::EVENT_KIND_MEDIA_FLOWING) return event;
    }
  }
  ::grpc::Status SendDigits(const std::string& digits) {
    v1::SendDigitsRequest request;
    *request.mutable_owner() = Owner();
    request.set_lease_id("a");
    request.set_digits(digits);
    v1::SendDigitsResponse response;
    return client_.stub->SendDigits(Client::Context().get(), request, &response);
  }
  ::grpc::Status CloseBot() {
    v1::CloseBotRequest request;
    *request.mutable_owner() = Owner();
    request.set_lease_id("a");
    v1::CloseBotResponse response;
    return client_.stub->CloseBot(Client::Context().get(), request, &response);
  }

  // What a connection has got with this event, once there are `count`.
  static std::vector<Json> MessagesOf(const FakeBot& bot, const std::string& event, size_t count = 1,
                                      size_t connection = 0) {
    std::vector<Json> found;
    EXPECT_TRUE(bot.WaitUntil([&](const Connections& all) {
      found.clear();
      if (all.size() <= connection) return false;
      for (const std::string& text : all[connection].messages) {
        if (Json message = Json::parse(text); message["event"] == event) found.push_back(std::move(message));
      }
      return found.size() >= count;
    })) << event;
    return found;
  }
  static bool EndedWell(const FakeBot& bot) {
    return bot.WaitUntil([](const Connections& all) { return all.at(0).ended; }) &&
           bot.connections()[0].close_code == 1000 &&
           Json::parse(bot.connections()[0].messages.back())["event"] == "stop";
  }

  void Say(FakeBot& bot, const std::string& audio) {
    bot.Send(Json{
        {"event", "media"}, {"streamSid", stream_sid_}, {"media", {{"payload", absl::Base64Escape(audio)}}}}
                 .dump());
  }
  void Mark(FakeBot& bot, const std::string& name) {
    bot.Send(Json{{"event", "mark"}, {"streamSid", stream_sid_}, {"mark", {{"name", name}}}}.dump());
  }
  void Clear(FakeBot& bot) { bot.Send(Json{{"event", "clear"}, {"streamSid", stream_sid_}}.dump()); }

  // The next 20 ms that the peer hears.
  std::string Heard() {
    const auto datagram = peer_.Receive();
    if (!datagram || datagram->size() <= rtp::kFixedHeaderBytes) return "";
    return {datagram->begin() + rtp::kFixedHeaderBytes, datagram->end()};
  }
  // What the peer hears from the first byte that is no silence on.
  std::string HeardSpeech(size_t bytes) {
    std::string heard;
    while (heard.size() < bytes) {
      const std::string frame = Heard();
      if (frame.empty()) break;
      heard += frame;
      if (heard.find_first_not_of(kSilence) == std::string::npos) heard.clear();
    }
    return heard.substr(0, bytes);
  }

  EventStream events_{&client_};
  UdpPeer peer_;
  SocketAddress rtp_;
  std::string stream_sid_;
};

TEST_F(BotNodeTest, WhatTheBotSendsIsWhatThePeerHears) {
  FakeBot bot;
  Reach(bot);
  const std::string audio = Speech(8000 + 37);
  Say(bot, audio.substr(0, 1));
  Say(bot, audio.substr(1, 4000));
  Say(bot, audio.substr(4001));
  EXPECT_TRUE(HeardSpeech(audio.size()) == audio);
}

// Before the peer's first packet the caller may not hear the peer yet.
TEST_F(BotNodeTest, AGreetingIsHeardWhole) {
  FakeBot bot;
  StartAndReach(bot);
  const std::string greeting = Speech(8000);
  Say(bot, greeting);
  Mark(bot, "greeted");
  std::string before;
  for (int frames = 0; frames < 10; ++frames) before += Heard();
  EXPECT_EQ(before, std::string(1600, kSilence));
  SendFirst();
  EXPECT_TRUE(HeardSpeech(greeting.size()) == greeting);
  EXPECT_EQ(MessagesOf(bot, "mark").at(0)["mark"]["name"], "greeted");
}

TEST_F(BotNodeTest, AGreetingIsHeardByAPhoneThatSendsNothing) {
  FakeBot bot;
  StartAndReach(bot);
  const std::string greeting = Speech(8000);
  Say(bot, greeting);
  EXPECT_TRUE(HeardSpeech(greeting.size()) == greeting);
}

TEST_F(BotNodeTest, WhatThePeerSendsIsWhatTheBotHears) {
  FakeBot bot;
  Reach(bot);
  for (uint16_t sequence = 1; sequence <= 25; ++sequence) {
    peer_.Send(RtpBytes(sequence, 0), rtp_);
    ASSERT_EQ(Heard().size(), 160u);  // the pace of 20 ms
  }
  std::string heard;
  const auto all_came = [&](const Connections& all) {
    heard.clear();
    for (const std::string& text : all.at(0).messages) {
      const Json message = Json::parse(text);
      std::string payload;
      if (message["event"] == "media" &&
          absl::Base64Unescape(std::string(message["media"]["payload"]), &payload))
        heard += payload;
    }
    return heard.find(std::string(80, 25)) != std::string::npos;
  };
  ASSERT_TRUE(bot.WaitUntil(all_came));
  for (char sequence = 1; sequence <= 25; ++sequence) {
    EXPECT_NE(heard.find(std::string(80, sequence)), std::string::npos) << int{sequence};
  }
  const std::vector<Json> media = MessagesOf(bot, "media", 25);
  for (size_t i = 0; i < media.size(); ++i) {
    EXPECT_EQ(media[i]["media"]["timestamp"], std::to_string(20 * i)) << "without gaps";
  }
}

TEST_F(BotNodeTest, TheStartNamesTheCall) {
  FakeBot bot;
  Reach(bot);
  const Json start = MessagesOf(bot, "start").at(0)["start"];
  EXPECT_EQ(start["callSid"], kCallSid);
  EXPECT_EQ(start["customParameters"]["from_number"], "+4930123");
  EXPECT_EQ(bot.connections()[0].target, "/ws?token=geheim");
}

TEST_F(BotNodeTest, MarksComeBackWhenTheirAudioWasHeard) {
  FakeBot bot;
  Reach(bot);
  Mark(bot, "nothing queued");
  MessagesOf(bot, "mark");
  Say(bot, Speech(1600));
  Mark(bot, "after");
  HeardSpeech(1600);
  const auto marks = MessagesOf(bot, "mark", 2);
  EXPECT_EQ(marks[0]["mark"]["name"], "nothing queued");
  EXPECT_EQ(marks[1]["mark"]["name"], "after");
}

TEST_F(BotNodeTest, AClearEndsWhatIsPlayedAndReturnsItsMarks) {
  FakeBot bot;
  Reach(bot);
  Say(bot, Speech(480000));
  Mark(bot, "never heard");
  HeardSpeech(320);
  Clear(bot);
  MessagesOf(bot, "mark");
  int loud_frames = 0;
  while (Heard().find_first_not_of(kSilence) != std::string::npos) ++loud_frames;
  EXPECT_LT(loud_frames, 250) << "of a minute";
  const v1::BotState state = Get("a").bot_state();
  EXPECT_EQ(state.clears(), 1u);
  EXPECT_GT(state.cleared_ms(), 50000u);
  EXPECT_EQ(state.queued_ms(), 0u);
}

TEST_F(BotNodeTest, DigitsComeInTheirOrder) {
  FakeBot bot;
  Reach(bot);
  EXPECT_TRUE(SendDigits("12").ok());
  EXPECT_TRUE(SendDigits("#").ok());
  std::string digits;
  for (const Json& dtmf : MessagesOf(bot, "dtmf", 3)) digits += dtmf["dtmf"]["digit"];
  EXPECT_EQ(digits, "12#");
  EXPECT_EQ(SendDigits("x").error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(BotNodeTest, TheSessionShowsItsBot) {
  FakeBot bot;
  Reach(bot);
  Say(bot, Speech(1600));
  HeardSpeech(1600);
  const v1::Session session = Get("a");
  EXPECT_EQ(session.processor_state(), v1::PROCESSOR_STATE_ACTIVE);
  EXPECT_EQ(session.bot().call_sid(), kCallSid);
  EXPECT_THAT(session.bot().url(), HasSubstr("/ws?token=..."));
  EXPECT_THAT(session.DebugString(), Not(HasSubstr("geheim")));
  const v1::BotState& state = session.bot_state();
  EXPECT_EQ(state.phase(), v1::BOT_PHASE_READY);
  EXPECT_EQ(state.stream_sid(), stream_sid_);
  EXPECT_EQ(state.connections(), 1u);
  EXPECT_EQ(state.messages(), 1u);
  EXPECT_EQ(state.played_ms(), 200u);
  EXPECT_TRUE(state.has_first_audio_ms());
  EXPECT_GT(state.uplink_frames(), 0u);
}

TEST_F(BotNodeTest, TheBotLearnsThatTheSessionIsOver) {
  FakeBot bot;
  Reach(bot);
  const v1::Session last = Release("a");
  EXPECT_EQ(last.bot_state().end(), v1::BOT_END_STOPPED);
  EXPECT_TRUE(EndedWell(bot));
}

TEST_F(BotNodeTest, TheBotLearnsThatTheLeaseHasRunOut) {
  FakeBot bot;
  Reach(bot);
  v1::KeepAliveResponse keep;
  ASSERT_TRUE(client_.KeepAlive({"a"}, &keep, 1).ok());
  EXPECT_EQ(Next().kind(), v1::EVENT_KIND_LEASE_EXPIRED);
  EXPECT_TRUE(EndedWell(bot));
}

TEST_F(BotNodeTest, TheBotLearnsThatTheNodeEnds) {
  FakeBot bot;
  Reach(bot);
  node_.reset();
  EXPECT_TRUE(EndedWell(bot));
}

TEST_F(BotNodeTest, TheGoodbyeOfABotThatClosesIsHeardToItsEnd) {
  FakeBot bot;
  Reach(bot);
  const std::string goodbye = Speech(8000);
  Say(bot, goodbye);
  bot.Close(1000);
  EXPECT_TRUE(HeardSpeech(goodbye.size()) == goodbye);
  const v1::WatchSessionsResponse finished = Next();
  EXPECT_EQ(finished.kind(), v1::EVENT_KIND_FINISHED);
  EXPECT_EQ(finished.session().bot_state().end(), v1::BOT_END_CLOSED);
  EXPECT_EQ(finished.session().processor_state(), v1::PROCESSOR_STATE_FINISHED);
  EXPECT_EQ(finished.session().state(), v1::SESSION_STATE_RUNNING);
  EXPECT_EQ(SendDigits("1").error_code(), StatusCode::FAILED_PRECONDITION);
}

TEST_F(BotNodeTest, TheGoodbyeOfABotThatIsTakenLeaveOfIsHeardToItsEnd) {
  FakeBot bot;
  Reach(bot);
  const std::string goodbye = Speech(8000);
  Say(bot, goodbye);
  EXPECT_EQ(HeardSpeech(160), goodbye.substr(0, 160));
  EXPECT_TRUE(CloseBot().ok());
  EXPECT_TRUE(EndedWell(bot));
  EXPECT_TRUE(HeardSpeech(goodbye.size() - 160) == goodbye.substr(160));
  const v1::WatchSessionsResponse finished = Next();
  EXPECT_EQ(finished.kind(), v1::EVENT_KIND_FINISHED);
  EXPECT_EQ(finished.session().bot_state().end(), v1::BOT_END_CLOSED);
  EXPECT_EQ(CloseBot().error_code(), StatusCode::FAILED_PRECONDITION);
}

TEST_F(BotNodeTest, ALostBotIsReachedAgainWithTheSameCall) {
  FakeBot bot({BotConduct::Accepts(), BotConduct::AcceptsAfter(std::chrono::milliseconds(200))});
  Reach(bot);
  bot.Reset();
  const v1::WatchSessionsResponse lost = Next();
  EXPECT_EQ(lost.kind(), v1::EVENT_KIND_BOT_LOST);
  EXPECT_EQ(lost.session().processor_state(), v1::PROCESSOR_STATE_PREPARING);
  EXPECT_NE(lost.session().bot_state().last_error(), "");
  EXPECT_EQ(Next().kind(), v1::EVENT_KIND_BOT_READY);
  const Json start = MessagesOf(bot, "start", 1, 1).at(0);
  EXPECT_EQ(start["start"]["callSid"], kCallSid);
  EXPECT_NE(start["streamSid"], stream_sid_);
}

TEST_F(BotNodeTest, ABotThatCannotBeReachedIsFinished) {
  std::string url;
  {
    const FakeBot gone;
    url = gone.Url();
  }
  v1::StartSessionRequest request = Request(url);
  request.mutable_bot()->set_reconnect_ms(0);
  ASSERT_TRUE(StartBot(request).ok());
  EXPECT_EQ(Next().kind(), v1::EVENT_KIND_STARTED);
  const v1::WatchSessionsResponse finished = Next();
  EXPECT_EQ(finished.kind(), v1::EVENT_KIND_FINISHED);
  EXPECT_EQ(finished.session().bot_state().end(), v1::BOT_END_UNREACHABLE);
  EXPECT_NE(finished.session().bot_state().last_error(), "");
}

TEST_F(BotNodeTest, ABotThatMayNotBeDialledIsRefusedAtOnce) {
  const ::grpc::Status refused = StartBot(Request("wss://198.51.100.7/ws/geheim"));
  EXPECT_EQ(refused.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(refused.error_message(), HasSubstr("--bot_allow"));
  EXPECT_THAT(refused.error_message(), Not(HasSubstr("geheim")));
  v1::StartSessionRequest request = Request("ws://127.0.0.1:1/ws");
  request.mutable_bot()->set_credential("acme");
  const ::grpc::Status unknown = StartBot(request);
  EXPECT_EQ(unknown.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(unknown.error_message(), HasSubstr("--bot_credentials_dir"));
  EXPECT_EQ(Get("a").state(), v1::SESSION_STATE_LEASED);
}

}  // namespace
}  // namespace benari::media
