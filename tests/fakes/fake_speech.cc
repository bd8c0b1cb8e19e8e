#include "tests/fakes/fake_speech.h"

#include <utility>

namespace benari::fakes {

void FakeSpeech::Speak(control::Utterance utterance, OnSpoken on_spoken) {
  speaker_.asked.push_back(std::move(utterance));
  absl::StatusOr<std::string> spoken = speaker_.sound;
  if (speaker_.fails) spoken = absl::UnavailableError("say: exited with 3: no such voice");
  answers_.push_back(
      process_.CallAt(process_.Now() + speaker_.delay,
                      [on_spoken = std::move(on_spoken), spoken = std::move(spoken)] { on_spoken(spoken); }));
}

}  // namespace benari::fakes
