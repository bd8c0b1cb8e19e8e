#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/control/control_process.h"
#include "tests/sim/model_event_stream.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

// Draws another Asterisk, with phones of its own and at most one trouble.
void DrawNeighbour(Scenario& scenario, fakes::Random& random);

// That Asterisk with its control. What happens to the first side's Asterisk and control is not noticed here,
// and the other way round; what happens to media nodes is. Confined to the simulation's thread.
class NeighbourSide {
 public:
  // `scenario` has a neighbour, and outlives this.
  NeighbourSide(boost::asio::io_context& loop, fakes::VirtualTimers& timers, fakes::FakeMedia& media,
                const Scenario& scenario);
  ~NeighbourSide();

  void Start();
  void HangUpAll();

  // Every kLookInterval. Returns "" or what is wrong.
  std::string Look();
  // When every phone has hung up: "" or what is left.
  std::string AllOver();
  // How its calls ended, in the end: "" or what is wrong.
  std::string Ends() const;

 private:
  void StartControl();
  void Ring(const Phone& phone);
  void BeginTrouble();
  void Storm(Clock::Time until);
  void At(Clock::Duration since_start, std::function<void()> what);
  // Nothing is wrong on this side, nor on the nodes.
  bool IsUndisturbed() const;
  bool HearsSomething(const std::string& caller) const;
  std::string Noticed() const;

  boost::asio::io_context& loop_;
  fakes::VirtualTimers& timers_;
  fakes::FakeMedia& media_;
  const Scenario& scenario_;
  const Neighbour& neighbour_;
  const Clock::Time start_;
  fakes::Random random_;
  fakes::AsteriskModel asterisk_;
  std::vector<std::unique_ptr<control::ControlProcess>>
      controls_;                                            // the last one lives, unless it was killed
  std::vector<std::unique_ptr<ModelEventStream>> streams_;  // of each
  std::vector<std::string> callers_;
  std::map<std::string, Clock::Time> unheard_;  // callers who hear nothing, since when
  size_t storm_ = 0;                            // leases that it asked for
};

}  // namespace benari::sim
