#include "control/speech/command_speech.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

absl::Status Named(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("--say_command: ", status.message()));
}

}  // namespace

CommandSpeech::CommandSpeech(asio::any_io_executor executor, SpeechOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      files_(options_.directory, options_.max_bytes) {}

CommandSpeech::~CommandSpeech() {
  for (auto& [name, job] : jobs_) {
    job.run.reset();
    files_.Discard(job.part);
  }
}

void CommandSpeech::Answer(OnSpoken on_spoken, absl::StatusOr<std::string> spoken) {
  asio::post(executor_,
             [alive = std::weak_ptr(alive_), on_spoken = std::move(on_spoken), spoken = std::move(spoken)] {
               if (!alive.expired()) on_spoken(spoken);
             });
}

void CommandSpeech::Speak(Utterance utterance, OnSpoken on_spoken) {
  const std::string name = options_.command.NameOf(utterance);
  if (const auto job = jobs_.find(name); job != jobs_.end()) {
    job->second.waiting.push_back(std::move(on_spoken));
    return;
  }
  if (options_.reuse) {
    if (const auto media = files_.Find(name); media.has_value()) return Answer(std::move(on_spoken), *media);
  }
  if (queue_.size() >= options_.max_waiting)
    return Answer(std::move(on_spoken), absl::ResourceExhaustedError(absl::StrCat(
                                            "--say_command: ", queue_.size(), " texts wait for it")));
  Job& job = jobs_[name];
  job.utterance = std::move(utterance);
  job.asked = Clock::now();
  job.waiting.push_back(std::move(on_spoken));
  queue_.push_back(name);
  StartWaiting();
}

// Those that have waited too long fail when their turn comes.
void CommandSpeech::StartWaiting() {
  while (!queue_.empty() && jobs_.size() - queue_.size() < options_.max_running) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    Job& job = jobs_.at(name);
    absl::Status started = absl::UnavailableError(
        absl::StrCat("not begun within ", options_.timeout.count(), " ms, so much is to be said"));
    if (Clock::now() - job.asked <= options_.timeout) started = Start(name, job);
    if (!started.ok()) Finish(name, Named(started));
  }
}

absl::Status CommandSpeech::Start(const std::string& name, Job& job) {
  job.part = files_.NewPart();
  auto arguments = options_.command.Arguments(job.utterance, job.part);
  if (!arguments.ok()) return arguments.status();
  auto run = CommandRun::Start(executor_, *std::move(arguments), options_.timeout,
                               [this, name](const absl::Status& status) { OnEnd(name, status); });
  if (run.ok()) job.run = *std::move(run);
  return run.status();
}

void CommandSpeech::OnEnd(const std::string& name, const absl::Status& status) {
  const Job& job = jobs_.at(name);
  if (!status.ok()) files_.Discard(job.part);
  absl::StatusOr<std::string> kept = status.ok() ? files_.Keep(job.part, name) : status;
  const std::string said = job.run->LastLine();
  if (status.ok() && !kept.ok() && !said.empty())  // some programs exit with 0 whatever happens
    kept = absl::Status(kept.status().code(), absl::StrCat(kept.status().message(), "; it says: ", said));
  Finish(name, kept.ok() ? kept : Named(kept.status()));
  StartWaiting();
}

void CommandSpeech::Finish(const std::string& name, const absl::StatusOr<std::string>& spoken) {
  auto job = jobs_.extract(name);
  for (OnSpoken& each : job.mapped().waiting) Answer(std::move(each), spoken);
}

}  // namespace benari::control
