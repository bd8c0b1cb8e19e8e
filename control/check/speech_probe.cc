#include "control/check/speech_probe.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr char kWords[] = "This is a test.";
constexpr std::chrono::seconds kPatience{5};
constexpr char kNobody[] = "127.0.0.1";  // of Asterisk's machine
constexpr uint16_t kDiscard = 9;
// The channel ends by itself if this process is killed.
constexpr char kTimeout[] = "TIMEOUT(absolute)", kLongest[] = "20";

using Known = CheckFacts::Known;

}  // namespace

SpeechProbe::SpeechProbe(Speech& speech, ari::Client& ari, CheckFacts& facts, std::string id)
    : speech_(speech), ari_(ari), facts_(facts), id_(std::move(id)) {}

asio::awaitable<Finding> SpeechProbe::Run(bool asterisk_answers) {
  Awaitable<absl::StatusOr<std::string>> speaking = Speak();
  const absl::StatusOr<std::string> sound = co_await std::move(speaking);
  if (!sound.ok()) co_return Failed(absl::StrCat("speech: ", sound.status().message()));
  if (!asterisk_answers)
    co_return Warned("speech: --say_command makes a file; that Asterisk plays it was not tried");
  Awaitable<Finding> playing = Play(*sound);
  Finding found = co_await std::move(playing);
  Awaitable<void> hung_up = HangUp();
  co_await std::move(hung_up);
  co_return found;
}

// What comes after its time finds nobody.
asio::awaitable<absl::StatusOr<std::string>> SpeechProbe::Speak() {
  const auto spoken = std::make_shared<std::optional<absl::StatusOr<std::string>>>();
  CheckFacts& facts = facts_;
  Speech::OnSpoken on_spoken = [kept = std::weak_ptr(spoken), &facts](absl::StatusOr<std::string> came) {
    const auto waiting = kept.lock();
    if (waiting == nullptr) return;
    *waiting = std::move(came);
    facts.Change([](Known&) {});
  };
  speech_.Speak({kWords, "", ""}, std::move(on_spoken));
  std::function<bool(const Known&)> settled = [spoken](const Known&) { return spoken->has_value(); };
  Awaitable<bool> waiting = facts_.WaitUntil(std::move(settled), kPatience);
  const bool in_time = co_await std::move(waiting);
  if (in_time) co_return **spoken;
  co_return absl::DeadlineExceededError(
      absl::StrCat("--say_command has not made \"", kWords, "\" within ", kPatience.count(), " s"));
}

asio::awaitable<Finding> SpeechProbe::Play(std::string sound) {
  std::optional<ari::Error> failure;
  try {
    ari::ExternalMediaRequest request(id_, "ulaw", Endpoint(kNobody, kDiscard));
    Awaitable<ari::Channel> creating = ari_.CreateExternalMedia(std::move(request));
    co_await std::move(creating);
    std::function<bool(const Known&)> in_application = [this](const Known& known) {
      return known.started.contains(id_);
    };
    Awaitable<bool> starting = facts_.WaitUntil(std::move(in_application), kPatience);
    co_await std::move(starting);
    Awaitable<void> limited = ari_.SetVariable(id_, kTimeout, kLongest);
    co_await std::move(limited);
    Awaitable<void> asking = ari_.Play(id_, id_, sound);
    co_await std::move(asking);
  } catch (const ari::Error& error) {
    failure = error;
  }
  if (failure.has_value())
    co_return Failed(absl::StrCat("speech: ", sound, " is not played: ", failure->what()));
  std::function<bool(const Known&)> over = [this](const Known& known) { return known.played.contains(id_); };
  Awaitable<bool> finishing = facts_.WaitUntil(std::move(over), kPatience);
  co_await std::move(finishing);
  const auto& played = facts_.known().played;
  const auto end = played.find(id_);
  if (end != played.end() && end->second)
    co_return Ok("speech: --say_command makes a file, and Asterisk plays it");
  co_return Failed(
      absl::StrCat("speech: Asterisk does not play ", sound,
                   ": has its machine that --say_directory under the same path, readable for its user? "
                   "Does format_wav.so run?"));
}

asio::awaitable<void> SpeechProbe::HangUp() {
  try {
    Awaitable<void> hanging_up = ari_.HangUp(id_, "normal");
    co_await std::move(hanging_up);
  } catch (const ari::Error&) {  // its time ends it
  }
}

}  // namespace benari::control
