#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/speech/command_run.h"
#include "control/speech/say_command.h"
#include "control/speech/speech.h"
#include "control/speech/speech_files.h"

namespace benari::control {

struct SpeechOptions {
  SayCommand command;
  std::string directory;                     // which Asterisk sees under the same path
  uint64_t max_bytes = uint64_t{512} << 20;  // of the directory
  std::chrono::milliseconds timeout{10000};  // of a run, and of the wait for its turn
  size_t max_running = 4;                    // commands at a time
  size_t max_waiting = 100;                  // utterances; beyond, they fail at once
  bool reuse = true;                         // what was said before
};

// Speech by a command that makes a file of each utterance, which is kept: what was said once is there. Each
// utterance is made once, however many calls wait for it. Confined to its executor, which runs one thread;
// destroyed, it kills what runs and calls nobody any more.
class CommandSpeech : public Speech {
 public:
  CommandSpeech(boost::asio::any_io_executor executor, SpeechOptions options);

  ~CommandSpeech() override;

  void Speak(Utterance utterance, OnSpoken on_spoken) override;

 private:
  using Clock = std::chrono::steady_clock;

  // An utterance that is being made, or waits for its turn.
  struct Job {
    Utterance utterance;
    Clock::time_point asked;
    std::vector<OnSpoken> waiting;
    std::string part;                 // where the command writes
    std::shared_ptr<CommandRun> run;  // nullptr: it waits
  };

  void Answer(OnSpoken on_spoken, absl::StatusOr<std::string> spoken);
  void StartWaiting();
  // An error, with nothing started.
  absl::Status Start(const std::string& name, Job& job);
  void OnEnd(const std::string& name, const absl::Status& status);
  void Finish(const std::string& name, const absl::StatusOr<std::string>& spoken);

  const boost::asio::any_io_executor executor_;
  const SpeechOptions options_;
  SpeechFiles files_;
  std::map<std::string, Job> jobs_;  // by the name of the file
  std::deque<std::string> queue_;    // names of those that wait
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace benari::control
