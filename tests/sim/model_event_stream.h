#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/control/control_process.h"
#include "tests/fakes/random.h"

namespace benari::sim {

// The event WebSocket of a control process as control::ari::EventStream keeps it, with what main hangs on it:
// connects again with backoff, finds a connection dead that says nothing for long, looks for a successor
// before it subscribes after a silence. Confined to the control loop.
class ModelEventStream {
 public:
  ModelEventStream(control::ControlProcess& control, fakes::AsteriskModel& asterisk, uint64_t seed,
                   std::function<void(const std::string& why)> on_successor)
      : control_(control), asterisk_(asterisk), on_successor_(std::move(on_successor)), random_(seed) {}

  void Start();
  // Nothing passes; this end finds out after a while, if it lasts.
  void SetCut(bool cut);
  // The connection breaks; Asterisk may not hear of it.
  void Reset(bool asterisk_hears);

 private:
  void Attempt();
  void AttemptIn(Clock::Duration length);
  boost::asio::awaitable<void> LookForSuccessor();
  void Subscribe();
  void OnClosed();
  bool HearsAsterisk() const;

  control::ControlProcess& control_;
  fakes::AsteriskModel& asterisk_;
  const std::function<void(const std::string&)> on_successor_;
  fakes::Random random_;
  bool connected_ = false;
  bool cut_ = false;
  Clock::Time heard_at_{};  // the last word of Asterisk, unless it is connected and not cut
  std::chrono::milliseconds backoff_{100};
  std::unique_ptr<control::Timer> attempt_;
  std::unique_ptr<control::Timer> idle_;
};

}  // namespace benari::sim
