#include "control/flow/webhook_verbs.h"

#include <functional>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

// What a process that has ended knew of its verbs is lost. Its bot goes on without being named here, so where
// its media is lost there is no other. An attended transfer that has not been answered is given up.
asio::awaitable<net::Form> WebhookVerbs::Resume() {
  net::Form details;
  if (legs_.redirected) co_return details;
  if (legs_.media.BotTalks() && !legs_.destination.HasAnswered()) co_await legs_.destination.Drop();
  if (legs_.destination.dialled()) {
    const twiml::Dial unnamed;
    DialReports reports(legs_, questions_, unnamed, "", "");
    asio::awaitable<net::Form> talking = DialAndTalk(reports);
    details = co_await std::move(talking);
  } else if (legs_.media.made() && legs_.facts.known().bot.number > 0) {
    const twiml::ConnectStream unnamed;
    asio::awaitable<BotResult> talking = TalkTo(Bot(), unnamed, "");
    co_await std::move(talking);
  } else if (legs_.media.made()) {  // its session is gone, and nothing hears its channel
    co_await legs_.facts.WaitUntilResynced();
    legs_.facts.ThrowIfEnding();
    co_await legs_.media.Drop();
  }
  co_return details;
}

asio::awaitable<WebhookVerbs::Next> WebhookVerbs::Do(twiml::Verb verb, std::string document) {
  bot_failure_.reset();
  unreached_.reset();
  co_await legs_.facts.WaitUntilResynced();  // without Asterisk nothing can be done
  legs_.facts.ThrowIfEnding();
  const bool dials = std::holds_alternative<twiml::Dial>(verb);
  if (legs_.media.made() && !dials) co_await legs_.media.Drop();  // of a bot that stayed in a transfer
  Next next;
  if (auto* const stream = std::get_if<twiml::ConnectStream>(&verb)) {
    asio::awaitable<Next> doing = Stream(std::move(*stream), std::move(document));
    next = co_await std::move(doing);
  } else if (auto* const dial = std::get_if<twiml::Dial>(&verb)) {
    asio::awaitable<Next> doing = Dial(std::move(*dial), std::move(document));
    next = co_await std::move(doing);
  } else if (std::holds_alternative<twiml::Hangup>(verb)) {
    throw CallOver(CallOutcome::kCompleted, "normal", "the webhook hangs up");
  } else if (const auto* const reject = std::get_if<twiml::Reject>(&verb)) {
    const bool busy = reject->reason == twiml::RejectReason::kBusy;
    throw CallOver(CallOutcome::kRejected, busy ? "busy" : "21", "the webhook rejects the caller");  // Q.850
  } else if (const auto* const pause = std::get_if<twiml::Pause>(&verb)) {
    co_await Wait(pause->length);
  } else if (auto* const play = std::get_if<twiml::Play>(&verb)) {
    asio::awaitable<void> playing = Play(std::move(*play));
    co_await std::move(playing);
  } else if (auto* const say = std::get_if<twiml::Say>(&verb)) {
    asio::awaitable<void> saying = Say(std::move(*say));
    co_await std::move(saying);
  } else if (const auto* const redirect = std::get_if<twiml::Redirect>(&verb)) {
    next = WebhookQuestions::At(redirect->target, document, {});
  }
  co_return next;
}

asio::awaitable<void> WebhookVerbs::Wait(std::chrono::seconds length) {
  if (length.count() == 0) co_return;
  legs_.journal.EnterPhase(CallPhase::kWebhook);
  std::function<bool()> ending = [this] { return legs_.facts.Ending(); };
  const Clock::Time end = legs_.clock.Now() + length;
  co_await legs_.facts.WaitUntil(ending, end);
  legs_.facts.ThrowIfEnding();
  questions_.OnProgress();
}

void WebhookVerbs::Skip(const char* verb, const std::string& why) {
  legs_.journal.Warning("verb of the webhook not done", {{"verb", verb}, {"why", why}});
}

// Who was to be connected is told why nobody was reached.
void WebhookVerbs::End() {
  if (unreached_.has_value()) throw CallOver(*unreached_);
  throw CallOver(CallOutcome::kCompleted, "normal", "the webhook has nothing more to do");
}

}  // namespace benari::control
