#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "tests/harness/services.h"

namespace benari::e2e {

struct StageOptions {
  Endpoint sip;  // where the real Asterisk listens; port 0: a free one
  std::chrono::milliseconds echo_time;
  std::chrono::milliseconds hang_up_after;  // the caller's
  std::string wav_file;                     // what the caller heard
  std::string log_dir;
};

// An Asterisk and a caller for the demo. Confined to the thread that made it.
class Stage {
 public:
  virtual ~Stage() = default;

  virtual std::string Description() const = 0;  // lines for a person
  virtual AriAccess ari_access() const = 0;
  // The caller dials 3308487.
  virtual absl::Status Call() = 0;
  // Waits for the caller's end and writes the WAV; says how the call was for the caller.
  virtual absl::StatusOr<std::string> Finish() = 0;
  // What Asterisk has left, counted, such as "0 channels, 0 bridges"; an error when it is more than nothing.
  virtual absl::StatusOr<std::string> Left() = 0;
  // How a person calls in; empty: not possible here.
  virtual std::string HowToCallIn() const = 0;
};

// Real Asterisk, SIPp as the phone and as the trunk's other end.
absl::StatusOr<std::unique_ptr<Stage>> MakeRealStage(const StageOptions& options);
// The project's own fake Asterisk, which also plays the caller.
absl::StatusOr<std::unique_ptr<Stage>> MakeFakeStage(const StageOptions& options);

}  // namespace benari::e2e
