#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/control/control_process.h"
#include "tests/sim/audio.h"
#include "tests/sim/checks.h"
#include "tests/sim/model_event_stream.h"
#include "tests/sim/model_standby.h"
#include "tests/sim/neighbour_side.h"
#include "tests/sim/network.h"
#include "tests/sim/order_book.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

inline constexpr const char* kForeignBridge = "somebody's";
inline constexpr const char* kAsterisk = "asterisk";  // names the links to it

struct Result {
  std::string violation;  // "" or what went wrong, and when
  size_t calls = 0;
  Clock::Duration simulated{};
};

// One run: an Asterisk, media nodes, phones, and control processes under supervisors that start one whenever
// none lives on their machine. Everything is one thread and virtual time. Confined to that thread.
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
    size_t machine = 0;
    bool ends_calls = false;  // was told to
  };
  struct Standby {
    std::unique_ptr<ModelStandby> process;
    size_t machine = 0;
  };

  // controls
  void StartControl(size_t machine);
  void Connect(Control& control);
  void WatchRequests(Control& control);
  void StartStandby(size_t machine, bool fenced = false);
  void TakeOver(Standby& standby);
  void SuperviseIn(size_t machine, Clock::Duration length);
  void StepAside(Control& control, const std::string& why, bool fenced);
  void Kill(Control& control);
  bool HasProcess(size_t machine) const;
  // The control that should serve; null: none runs.
  Control* Living();
  // One that Asterisk reaches serves.
  bool IsServed() const;
  std::vector<std::string> Links(size_t machine, const std::string& to) const;
  bool IsCut(size_t machine, const std::string& to) const;
  // Tells every process what it can reach.
  void ApplyCuts();

  // events
  void Plan();
  void PlanNetwork(const Disaster& disaster);
  void Ring(const Phone& phone);
  void Meddle(const std::string& caller, const Meddling& meddling);
  void DialOut(const sim::DialOut& dial_out);
  void OrderLater(const std::string& call_id, const std::vector<Order>& orders);
  void Give(const std::string& call_id, const Order& order);
  void Strike(const Disaster& disaster);
  void StrikeControl(const Disaster& disaster);
  void Replace();
  void Terminate(Control& control, Clock::Duration length);
  void StrikeMedia(const Disaster& disaster);
  void StrikeAsterisk(const Disaster& disaster);
  void StrikeCall(const Disaster& disaster);
  void CutMachine(const Disaster& disaster);
  void SilenceNodes(size_t machine, bool silent);

  void At(Clock::Duration since_start, std::function<void()> what);
  void In(Clock::Duration length, std::function<void()> what) {
    timers_.RunAt(timers_.Now() + length, std::move(what));
  }
  // Runs until `done`; false: `limit` has passed, or something is wrong.
  bool Until(const std::function<bool()>& done, Clock::Duration limit);
  void Fail(const std::string& what);
  void Look();
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
  fakes::FakeWebhookServer webhooks_;
  Network network_;
  std::vector<std::unique_ptr<Control>> controls_;
  std::vector<std::unique_ptr<Standby>> standbys_;
  std::vector<const Watched*> watched_;  // of each control
  std::set<std::string> silent_nodes_;   // Asterisk's packets do not reach them
  bool supervised_ = true;
  std::vector<std::string> callers_;
  Audio audio_;
  Checks checks_;
  OrderBook orders_;
  std::optional<NeighbourSide> neighbour_;
  std::string violation_;
};

}  // namespace benari::sim
