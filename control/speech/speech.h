#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace benari::control {

// What is to be said to a caller.
struct Utterance {
  std::string text;  // UTF-8
  std::string voice;
  std::string language;
};

// The port to what makes speech of text. Confined to the control loop.
class Speech {
 public:
  // What Asterisk can play, as in "sound:/var/lib/benari/say/name"; an error is one line for the operator.
  using OnSpoken = std::function<void(absl::StatusOr<std::string>)>;

  virtual ~Speech() = default;

  // `on_spoken` is called once, from the loop, never from within. The sound stays there for at least as long
  // as one utterance lasts; who plays it again asks again.
  virtual void Speak(Utterance utterance, OnSpoken on_spoken) = 0;
};

}  // namespace benari::control
