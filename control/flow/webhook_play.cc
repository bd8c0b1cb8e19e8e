// <Play>: the caller hears a sound or a tone of Asterisk.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/shown.h"
#include "control/flow/webhook_verbs.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kTone(5);  // of one loop: by itself it has no end

// A list of them, or a path out of the folder of sounds, is none.
bool IsMedia(absl::string_view text) {
  const auto plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("_-./", static_cast<char>(c));
  };
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return false;
  const absl::string_view kind = text.substr(0, colon), name = text.substr(colon + 1);
  return (kind == "sound" || kind == "tone") && !name.empty() && !absl::StrContains(name, "..") &&
         std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

asio::awaitable<void> WebhookVerbs::Play(twiml::Play play) {
  if (!IsMedia(play.sound)) {
    Skip("Play", absl::StrCat("accepted is sound:NAME or tone:NAME, of Asterisk, not ", Shown(play.sound)));
    co_return;
  }
  legs_.journal.EnterPhase(CallPhase::kWebhook);
  const bool tone = absl::StartsWith(play.sound, "tone:");
  bool played = true;
  for (int nth = 0; played && (play.loop == 0 || nth < play.loop); ++nth) {
    const Clock::Time end = tone ? legs_.clock.Now() + kTone : Clock::Time::max();
    asio::awaitable<bool> playing = legs_.playback.Play(play.sound, end);
    played = co_await std::move(playing);
    if (played) questions_.OnProgress();
  }
  if (!played) Skip("Play", absl::StrCat("Asterisk does not play ", play.sound));
}

}  // namespace benari::control
