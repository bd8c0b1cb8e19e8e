#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "control/ari/client.h"
#include "control/check/check_facts.h"
#include "control/check/finding.h"
#include "control/speech/speech.h"

namespace benari::control {

// A few words that --say_command makes a file of, and that Asterisk plays to an ExternalMedia channel which
// sends them to nobody. Confined to the control loop.
class SpeechProbe {
 public:
  // `id`: of the channel.
  SpeechProbe(Speech& speech, ari::Client& ari, CheckFacts& facts, std::string id);

  // Without `asterisk_answers` nothing is played. Undoes all it has made, also when it fails or is
  // interrupted. Never throws.
  boost::asio::awaitable<Finding> Run(bool asterisk_answers);

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<absl::StatusOr<std::string>> Speak();
  Awaitable<Finding> Play(std::string sound);
  Awaitable<void> HangUp();

  Speech& speech_;
  ari::Client& ari_;
  CheckFacts& facts_;
  const std::string id_;
};

}  // namespace benari::control
