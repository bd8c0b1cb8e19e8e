#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "control/speech/speech.h"
#include "tests/fakes/process.h"

namespace benari::fakes {

// What makes speech in a modelled world, and outlives the processes that ask it. Confined to the control
// loop.
struct FakeSpeaker {
  bool configured = false;
  bool fails = false;
  std::chrono::milliseconds delay{100};
  std::string sound = "sound:say/hello";
  std::vector<control::Utterance> asked;
};

// How one process asks it. Confined to the control loop.
class FakeSpeech : public control::Speech {
 public:
  FakeSpeech(Process& process, FakeSpeaker& speaker) : process_(process), speaker_(speaker) {}

  void Speak(control::Utterance utterance, OnSpoken on_spoken) override;

 private:
  Process& process_;
  FakeSpeaker& speaker_;
  std::vector<std::unique_ptr<control::Timer>> answers_;
};

}  // namespace benari::fakes
