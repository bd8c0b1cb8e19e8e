#include "control/grpc/grpc_media_types.h"

#include <gtest/gtest.h>

namespace benari::control {
namespace {

namespace v1 = benari::media::v1;
using std::chrono::milliseconds;

TEST(GrpcMediaTypes, ABotIsAskedForWithAllOfIt) {
  Bot bot;
  bot.url = "wss://bots/x";
  bot.call_sid = "CA1";
  bot.parameters = {{"a", "1"}, {"b", "2"}};
  bot.credential = "sales";
  bot.drain = milliseconds(1);
  bot.reconnect = milliseconds(2);
  bot.idle_timeout = milliseconds(3);
  bot.waiting = Tone{{{{440, 480}, milliseconds(2000)}, {{}, milliseconds(4000)}}};
  v1::StartSessionRequest request;
  SetProcessor(&request, bot);
  EXPECT_EQ(request.bot().url(), "wss://bots/x");
  EXPECT_EQ(request.bot().dialect(), v1::BOT_DIALECT_TWILIO_MEDIA_STREAMS);
  EXPECT_EQ(request.bot().call_sid(), "CA1");
  EXPECT_EQ(request.bot().parameters().size(), 2u);
  EXPECT_EQ(request.bot().parameters().at("b"), "2");
  EXPECT_EQ(request.bot().credential(), "sales");
  EXPECT_EQ(request.bot().drain_ms(), 1u);
  EXPECT_EQ(request.bot().reconnect_ms(), 2u);
  EXPECT_EQ(request.bot().idle_timeout_ms(), 3u);
  ASSERT_EQ(request.bot().waiting().segments_size(), 2);
  EXPECT_EQ(request.bot().waiting().segments(0).frequencies_hz(1), 480u);
  EXPECT_EQ(request.bot().waiting().segments(1).duration_ms(), 4000u);
  SetProcessor(&request, Echo());
  EXPECT_TRUE(request.has_echo());
}

TEST(GrpcMediaTypes, AToneIsPlayedUntilItIsStopped) {
  v1::StartSessionRequest request;
  SetProcessor(&request, Tone{{{{1000}, milliseconds(60000)}}});
  ASSERT_EQ(request.tone().segments_size(), 1);
  EXPECT_EQ(request.tone().segments(0).frequencies_hz(0), 1000u);
  EXPECT_EQ(request.tone().segments(0).duration_ms(), 60000u);
  EXPECT_EQ(request.tone().repetitions(), 0u);
}

TEST(GrpcMediaTypes, TheStateOfABotIsRead) {
  v1::Session session;
  EXPECT_FALSE(ToSessionInfo(session).bot.has_value());
  v1::BotState& state = *session.mutable_bot_state();
  state.set_phase(v1::BOT_PHASE_READY);
  state.set_end(v1::BOT_END_CLOSED);  // of no meaning yet
  state.set_last_error("refused");
  state.set_queued_ms(120);
  EXPECT_EQ(ToSessionInfo(session).bot->end, BotEnd::kNone);
  EXPECT_EQ(ToSessionInfo(session).bot->phase, BotPhase::kReady);
  EXPECT_EQ(ToSessionInfo(session).bot->queued, milliseconds(120));
  EXPECT_EQ(ToSessionInfo(session).bot->last_error, "refused");
  EXPECT_EQ(ToSessionInfo(session).bot->first_audio, std::nullopt);
  state.set_first_audio_ms(640);
  EXPECT_EQ(ToSessionInfo(session).bot->first_audio, milliseconds(640));
  EXPECT_EQ(ToSessionInfo(session).bot->last_response, std::nullopt);
  EXPECT_EQ(ToSessionInfo(session).bot->mean_response, std::nullopt);
  state.set_turns(4);
  state.set_last_response_ms(810);
  state.set_mean_response_ms(700);
  state.set_interruptions(2);
  EXPECT_EQ(ToSessionInfo(session).bot->turns, 4u);
  EXPECT_EQ(ToSessionInfo(session).bot->last_response, milliseconds(810));
  EXPECT_EQ(ToSessionInfo(session).bot->mean_response, milliseconds(700));
  EXPECT_EQ(ToSessionInfo(session).bot->interruptions, 2u);
  state.set_phase(v1::BOT_PHASE_FINISHED);
  const std::pair<v1::BotEnd, BotEnd> kEnds[] = {
      {v1::BOT_END_CLOSED, BotEnd::kClosed},   {v1::BOT_END_UNREACHABLE, BotEnd::kUnreachable},
      {v1::BOT_END_LOST, BotEnd::kLost},       {v1::BOT_END_IDLE, BotEnd::kIdle},
      {v1::BOT_END_REFUSED, BotEnd::kRefused}, {v1::BOT_END_STOPPED, BotEnd::kStopped},
      {v1::BOT_END_UNSPECIFIED, BotEnd::kLost}};
  for (const auto& [sent, read] : kEnds) {
    state.set_end(sent);
    EXPECT_EQ(ToSessionInfo(session).bot->end, read);
  }
}

TEST(GrpcMediaTypes, EventsOfBotsAreRead) {
  const std::pair<v1::EventKind, SessionEventKind> kKinds[] = {
      {v1::EVENT_KIND_BOT_READY, SessionEventKind::kBotReady},
      {v1::EVENT_KIND_BOT_LOST, SessionEventKind::kBotLost},
      {v1::EVENT_KIND_FINISHED, SessionEventKind::kFinished}};
  for (const auto& [sent, read] : kKinds) {
    v1::WatchSessionsResponse response;
    response.set_kind(sent);
    response.mutable_session()->mutable_bot_state();
    const auto event = ToSessionEvent(response);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->kind, read);
    EXPECT_TRUE(event->session.bot.has_value());
  }
}

}  // namespace
}  // namespace benari::control
