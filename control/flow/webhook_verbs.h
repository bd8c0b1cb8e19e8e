#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/call/flow.h"
#include "control/flow/dial_reports.h"
#include "control/flow/webhook_questions.h"
#include "control/speech/speech.h"

namespace benari::control {

// Does with a caller what a verb of TwiML says. All verbs throw as a flow. Confined to the control loop.
class WebhookVerbs {
 public:
  // What comes after a verb: the next one, or a question in its place.
  using Next = std::optional<Question>;

  // `speech` may be nullptr: nothing is said.
  WebhookVerbs(Legs& legs, WebhookQuestions& questions, Speech* speech)
      : legs_(legs), questions_(questions), speech_(speech) {}

  // In a call that is adopted what the caller was in goes on to its end; details of that for the next
  // question.
  boost::asio::awaitable<net::Form> Resume();
  // `document` is the URL that the verb comes from.
  boost::asio::awaitable<Next> Do(twiml::Verb verb, std::string document);
  // How the last verb failed, if it is a bot that did.
  const std::optional<BotResult>& bot_failure() const { return bot_failure_; }
  // Ends the call after the last verb.
  [[noreturn]] void End();
  // Connects the caller to the destination of the settings, until one of them hangs up.
  boost::asio::awaitable<void> TransferToDestination();

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<Next> Stream(twiml::ConnectStream stream, std::string document);
  Awaitable<BotResult> TalkTo(Bot bot, twiml::ConnectStream stream, std::string document);
  Awaitable<Next> Dial(twiml::Dial dial, std::string document);
  Awaitable<net::Form> DialAndTalk(DialReports& reports);
  // Of a transfer in which the bot stayed, and nobody was reached: it goes on to its end.
  Awaitable<void> GoOnWithBot();
  Awaitable<void> Play(twiml::Play play);
  Awaitable<void> Say(twiml::Say say);
  // The sound of it; nothing: it could not be made, and why is logged.
  Awaitable<std::optional<std::string>> Speak(Utterance utterance);
  // Of a dialled call that has ended; without a time it was not answered.
  net::Form DetailsOf(std::optional<Clock::Time> answered) const;
  Awaitable<void> Wait(std::chrono::seconds length);
  void NotifyStream(const char* event, const twiml::ConnectStream& stream, const std::string& document);
  // Where to dial, or why nowhere; targets that cannot be dialled are taken out of `dial`.
  absl::StatusOr<Dialing> DialingOf(twiml::Dial& dial);
  absl::StatusOr<std::string> EndpointOf(const twiml::Target& target) const;
  std::string CallerIdOf(const twiml::Dial& dial) const;
  void Skip(const char* verb, const std::string& why);

  Legs& legs_;
  WebhookQuestions& questions_;
  Speech* const speech_;
  std::optional<BotResult> bot_failure_;
  std::optional<CallOver> unreached_;  // why, if the last verb is a Dial that reached nobody
};

}  // namespace benari::control
