#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/control/call_source.h"
#include "tests/harness/run_folder.h"
#include "tests/harness/services.h"
#include "tests/fakes/fake_asterisk.h"

namespace benari::bench {

// The cores of this machine, shared out.
struct Cores {
  int control = 0;
  std::vector<int> others;
};

// The real control on a core of its own; the fake Asterisk with the callers (this process) and a real media
// node on all the others. Confined to the thread that made it.
class ControlStage {
 public:
  struct Options {
    Cores cores;
    std::vector<std::string> control_flags;
    std::chrono::milliseconds answer_delay{0};                  // of each answer of the fake
    std::function<void(const e2e::LogLine&)> on_log_line = {};  // of control, called by the reading thread
  };

  // Waits until control serves.
  static absl::StatusOr<std::unique_ptr<ControlStage>> Start(const Options& options);

  fakes::FakeAsterisk& asterisk() { return *asterisk_; }
  CallSource& callers() { return callers_; }
  e2e::ControlProcess& control() { return *control_; }
  e2e::MediaProcess& media() { return *media_; }
  const Cores& cores() const { return options_.cores; }
  // False: so many calls did not end within a minute.
  bool WaitUntilEnded(int64_t calls);
  const std::string& password() const { return password_; }

 private:
  explicit ControlStage(const Options& options) : options_(options) {}
  void StartAsterisk();
  absl::Status StartServices();

  const Options options_;
  const std::string password_ = "bench";
  e2e::RunFolder folder_{"/tmp", "benari-bench-"};
  CallSource callers_;
  std::unique_ptr<fakes::FakeAsterisk> asterisk_;
  std::unique_ptr<e2e::MediaProcess> media_;
  std::unique_ptr<e2e::ControlProcess> control_;
};

}  // namespace benari::bench
