#pragma once

#include <memory>

#include "tests/control/control_process.h"
#include "tests/fakes/random.h"

namespace benari::sim {

// The event WebSocket of a control process as ari::EventStream keeps it: connects again with backoff, finds a
// connection dead that says nothing for long. Confined to the control loop.
class ModelEventStream {
 public:
  ModelEventStream(control::ControlProcess& control, fakes::AsteriskModel& asterisk, uint64_t seed)
      : control_(control), asterisk_(asterisk), random_(seed) {}

  void Start() { Attempt(); }
  // Nothing passes; this end finds out after a while, if it lasts.
  void SetCut(bool cut);
  // The connection breaks; Asterisk may not hear of it.
  void Reset(bool asterisk_hears);

 private:
  void Attempt();
  void AttemptIn(Clock::Duration length);
  void OnClosed();

  control::ControlProcess& control_;
  fakes::AsteriskModel& asterisk_;
  fakes::Random random_;
  bool connected_ = false;
  bool cut_ = false;
  std::chrono::milliseconds backoff_{100};
  std::unique_ptr<control::Timer> attempt_;
  std::unique_ptr<control::Timer> idle_;
};

}  // namespace benari::sim
