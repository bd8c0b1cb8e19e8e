#include "tests/bench/control/control_stage.h"

#include <thread>

#include "tests/bench/control/core_use.h"
#include "tests/harness/process_view.h"

namespace benari::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};
constexpr milliseconds kPoll{5};
// A port a call in echo, and those that rest for a second.
constexpr uint16_t kRtpPorts = 8000;
// Two packets a second: control never sees them, and 50 of each call would take the other cores.
constexpr uint32_t kSpeaksEvery = 25;

bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + kPatience;
  while (!holds()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlStage>> ControlStage::Start(const Options& options) {
  std::unique_ptr<ControlStage> stage(new ControlStage(options));
  stage->StartAsterisk();
  if (absl::Status status = stage->StartServices(); !status.ok()) return status;
  return stage;
}

void ControlStage::StartAsterisk() {
  fakes::FakeAsteriskOptions asterisk;
  asterisk.password = password_;
  asterisk.speaks_at_once = true;
  asterisk.speaks_every = kSpeaksEvery;
  asterisk.model.max_step = milliseconds(0);
  asterisk.model.max_event_delay = milliseconds(0);
  asterisk.model.max_answer_delay = milliseconds(0);
  callers_.Attach(&asterisk);
  asterisk_ = std::make_unique<fakes::FakeAsterisk>(asterisk);
  asterisk_->SetAnswerDelay(options_.answer_delay);
  asterisk_->SetDestination("", fakes::Destination::HangsUp(milliseconds(0)));
}

absl::Status ControlStage::StartServices() {
  e2e::ServiceOptions media;
  media.rtp_ports = kRtpPorts;
  media.extra_flags = {"--lease_rate_per_owner=0"};
  auto node = e2e::MediaProcess::Start(media);
  if (!node.ok()) return node.status();
  media_ = std::move(*node);
  const std::string password_file = folder_.File("password");
  e2e::WriteFile(password_file, password_);
  e2e::ServiceOptions control;
  control.extra_flags = options_.control_flags;
  control.extra_flags.push_back("--max_calls=5000");
  control.on_log_line = options_.on_log_line;
  auto started =
      e2e::ControlProcess::Start({asterisk_->url(), "benari", password_file}, media_->grpc(), control);
  if (!started.ok()) return started.status();
  control_ = std::move(*started);
  PinProcess(control_->process().pid(), {options_.cores.control});
  const auto ready = [this] {
    const auto nodes = e2e::ReadMetric(control_->metrics(), "benari_control_media_nodes{state=\"up\"}");
    return asterisk_->Serves("voicebot1") && nodes.ok() && *nodes == 1;
  };
  if (!Eventually(ready)) return absl::UnavailableError(control_->process().LastLines(20));
  return absl::OkStatus();
}

bool ControlStage::WaitUntilEnded(int64_t calls) {
  return Eventually([&] { return callers_.ended() >= calls; });
}

}  // namespace benari::bench
