// <Say>: the caller hears a text.
#include <utility>

#include "control/flow/pending_answer.h"
#include "control/flow/webhook_verbs.h"

namespace benari::control {

namespace asio = boost::asio;

// Each time it is asked for anew, so that the sound is there whenever it is played.
asio::awaitable<void> WebhookVerbs::Say(twiml::Say say) {
  if (speech_ == nullptr) {
    Skip("Say", "nothing is said without --say_command");
    co_return;
  }
  legs_.journal.EnterPhase(CallPhase::kWebhook);
  const Utterance utterance{std::move(say.text), std::move(say.voice), std::move(say.language)};
  for (int nth = 0; say.loop == 0 || nth < say.loop; ++nth) {
    asio::awaitable<std::optional<std::string>> speaking = Speak(utterance);
    std::optional<std::string> sound = co_await std::move(speaking);
    if (!sound.has_value()) co_return;
    co_await legs_.facts.WaitUntilResynced();  // Asterisk may have gone while it was made
    legs_.facts.ThrowIfEnding();
    asio::awaitable<bool> playing = legs_.playback.Play(*sound, Clock::Time::max());
    const bool played = co_await std::move(playing);
    if (!played) {
      Skip("Say", "Asterisk does not play " + *sound + ", is --say_directory the same there?");
      co_return;
    }
    questions_.OnProgress();
  }
}

asio::awaitable<std::optional<std::string>> WebhookVerbs::Speak(Utterance utterance) {
  PendingAnswer<absl::StatusOr<std::string>> answer(legs_.facts);
  const Clock::Time began = legs_.clock.Now();
  speech_->Speak(std::move(utterance), answer.Receiver());
  asio::awaitable<absl::StatusOr<std::string>> waiting = answer.Wait();
  const absl::StatusOr<std::string> spoken = co_await std::move(waiting);
  legs_.metrics.SpeechMade(spoken.ok(), std::chrono::duration<double>(legs_.clock.Now() - began).count());
  if (spoken.ok()) co_return *spoken;
  Skip("Say", std::string(spoken.status().message()));
  co_return std::nullopt;
}

}  // namespace benari::control
