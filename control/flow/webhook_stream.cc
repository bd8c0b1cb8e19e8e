// <Connect><Stream>: the caller talks to a bot.
#include <utility>

#include "common/iso8601.h"
#include "control/flow/bot_talk.h"
#include "control/flow/webhook_verbs.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

Bot BotOf(const Legs& legs, const twiml::ConnectStream& stream) {
  BotSettings settings = legs.settings.bot;
  settings.parameters.clear();
  Bot bot = MakeBot(settings, "", legs.identity);
  bot.url = stream.url;
  for (const auto& [name, value] : stream.parameters) bot.parameters[name] = value;
  return bot;
}

}  // namespace

asio::awaitable<WebhookVerbs::Next> WebhookVerbs::Stream(twiml::ConnectStream stream, std::string document) {
  Bot bot = BotOf(legs_, stream);
  asio::awaitable<BotResult> talking = TalkTo(std::move(bot), stream, document);
  const BotResult result = co_await std::move(talking);
  if (legs_.facts.known().bot.times_ready > 0) questions_.OnProgress();
  if (HasFailed(result)) bot_failure_ = result;
  if (stream.action.url.empty()) co_return std::nullopt;
  net::Form details = {{"StreamSid", legs_.facts.known().bot.stream_sid}};
  co_return WebhookQuestions::At(stream.action, document, std::move(details));
}

// Whatever ends the talk, its session goes: the next bot gets one of its own, and a longest time of its own.
asio::awaitable<BotResult> WebhookVerbs::TalkTo(Bot bot, twiml::ConnectStream stream, std::string document) {
  legs_.journal.BotBegins();
  bool started = false;
  legs_.media.set_on_bot_ready([this, &started, &stream, &document] {
    started = true;
    NotifyStream("stream-started", stream, document);
  });
  std::optional<BotResult> result;
  std::exception_ptr end;
  try {
    asio::awaitable<BotResult> talking = control::TalkTo(legs_, std::move(bot), legs_.clock.Now());
    result = co_await std::move(talking);
    co_await legs_.facts.WaitUntilResynced();
    legs_.facts.ThrowIfEnding();
  } catch (...) {
    end = std::current_exception();
  }
  legs_.media.set_on_bot_ready(nullptr);
  const bool failed = result.has_value() && HasFailed(*result);
  if (started || failed) NotifyStream(failed ? "stream-error" : "stream-stopped", stream, document);
  if (end != nullptr) std::rethrow_exception(end);
  legs_.journal.BotEnded(*result);
  co_await legs_.media.Drop();
  co_return *result;
}

void WebhookVerbs::NotifyStream(const char* event, const twiml::ConnectStream& stream,
                                const std::string& document) {
  const BotFacts& bot = legs_.facts.known().bot;
  net::Form details = {
      {"StreamSid", bot.stream_sid}, {"StreamEvent", event}, {"Timestamp", Iso8601(legs_.clock.WallNow())}};
  if (!stream.name.empty()) details.emplace_back("StreamName", stream.name);
  if (event == absl::string_view("stream-error")) details.emplace_back("StreamError", bot.last_error);
  questions_.Notify(stream.status, document, std::move(details));
}

}  // namespace benari::control
