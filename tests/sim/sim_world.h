#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/control/control_process.h"
#include "tests/sim/checks.h"
#include "tests/sim/model_event_stream.h"
#include "tests/sim/network.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

struct Result {
  std::string violation;  // "" or what went wrong, and when
  size_t calls = 0;
  Clock::Duration simulated{};
};

// One run: an Asterisk, media nodes, phones, and control processes under a supervisor that starts one
// whenever none lives. Everything is one thread and virtual time. Confined to that thread.
class SimWorld {
 public:
  explicit SimWorld(Scenario scenario);
  ~SimWorld();

  // Until everything is over and clean, or something is wrong. Once.
  Result Run();

  fakes::VirtualTimers& timers() { return timers_; }

 private:
  struct Control {
    std::unique_ptr<control::ControlProcess> process;
    std::unique_ptr<ModelEventStream> events;
    Watched watched;
  };

  void StartControl();
  void Connect(Control& control);
  void SuperviseIn(Clock::Duration length);
  void End(Control& control, const std::string& why);
  Control* Living();

  void Plan();
  void Ring(const Phone& phone);
  void Strike(const Disaster& disaster);
  void StrikeControl(const Disaster& disaster);
  void Terminate(Control& control, Clock::Duration length);
  void StrikeMedia(const Disaster& disaster);
  void StrikeAsterisk(const Disaster& disaster);
  void StrikeCall(const Disaster& disaster);
  void SetAsteriskCut(bool cut);

  void At(Clock::Duration since_start, std::function<void()> what);
  void In(Clock::Duration length, std::function<void()> what) {
    timers_.RunAt(timers_.Now() + length, std::move(what));
  }
  // Runs until `done`; false: `limit` has passed, or something is wrong.
  bool Until(const std::function<bool()>& done, Clock::Duration limit);
  void Fail(const std::string& what);
  void LookAgain();
  void HangUpAll();
  void LeaveMediaAlone();

  const Scenario scenario_;
  boost::asio::io_context loop_;
  fakes::VirtualTimers timers_;
  const Clock::Time start_;
  fakes::Random random_;
  fakes::AsteriskModel asterisk_;
  fakes::FakeMedia media_;
  Network network_;
  std::vector<std::unique_ptr<Control>> controls_;
  std::vector<const Watched*> watched_;  // of each
  bool supervised_ = true;
  std::vector<std::string> callers_;
  Checks checks_;
  std::string violation_;
};

}  // namespace benari::sim
