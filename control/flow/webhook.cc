#include "control/flow/webhook.h"

#include <optional>
#include <utility>

#include "control/flow/bot_talk.h"
#include "control/flow/webhook_questions.h"
#include "control/flow/webhook_verbs.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

// Does what one document says; the question that follows, if one does.
asio::awaitable<WebhookVerbs::Next> RunDocument(WebhookVerbs& verbs, WebhookAnswer answer) {
  for (const twiml::Verb& verb : answer.document.verbs) {
    asio::awaitable<WebhookVerbs::Next> doing = verbs.Do(verb, answer.url);
    WebhookVerbs::Next next = co_await std::move(doing);
    if (next.has_value()) co_return next;
  }
  co_return std::nullopt;
}

// Runs documents until a verb ends the call, which throws, or nothing is left to do. Returns what has failed
// then.
asio::awaitable<BotResult> RunDocuments(WebhookQuestions& questions, WebhookVerbs& verbs,
                                        std::optional<WebhookAnswer> answer, Question question) {
  while (true) {
    if (!answer.has_value()) {
      asio::awaitable<std::optional<WebhookAnswer>> asking = questions.Ask(std::move(question));
      answer = co_await std::move(asking);
    }
    if (!answer.has_value()) co_return BotResult::kUnreachable;
    asio::awaitable<WebhookVerbs::Next> running = RunDocument(verbs, *std::exchange(answer, std::nullopt));
    WebhookVerbs::Next next = co_await std::move(running);
    if (!next.has_value() && verbs.bot_failure().has_value()) co_return *verbs.bot_failure();
    if (!next.has_value()) verbs.End();
    question = *std::move(next);
  }
}

}  // namespace

asio::awaitable<void> AsTheWebhookSays::Run(Legs& legs) {
  WebhookQuestions questions(legs, webhooks_);
  WebhookVerbs verbs(legs, questions, speech_);
  Question question = questions.First();
  asio::awaitable<net::Form> resuming = verbs.Resume();
  question.details = co_await std::move(resuming);
  asio::awaitable<BotResult> running = RunDocuments(questions, verbs, questions.Given(), std::move(question));
  const BotResult failure = co_await std::move(running);
  const AfterBot next = legs.settings.bot.on_failure;
  if (next != AfterBot::kTransfer) EndAfterBot(failure, next, "the webhook, or its last bot, has failed");
  co_await verbs.TransferToDestination();
}

}  // namespace benari::control
