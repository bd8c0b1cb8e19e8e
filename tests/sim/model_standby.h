#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "control/app/standby.h"
#include "control/nodes/media_nodes.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/fault_plan.h"
#include "tests/fakes/model_ari_client.h"
#include "tests/fakes/process.h"

namespace benari::sim {

// A control process that stands by, as main has it: only asks, and takes over once nobody serves.
// The object has to stay until the world ends, as its coroutines do. Confined to the control loop.
class ModelStandby {
 public:
  // `fenced`: media refused the process while it served, see control::Standby.
  ModelStandby(boost::asio::io_context& loop, fakes::VirtualTimers& timers, fakes::AsteriskModel& asterisk,
               fakes::FakeMedia& media, const std::vector<std::string>& nodes, bool fenced,
               std::function<void()> take_over);

  // Once, when the faults are planned.
  void Start();
  void Kill() { process_.Kill(); }
  bool running() const { return process_.running(); }

  fakes::FaultPlan& faults() { return faults_; }
  fakes::FakeMediaClient& media() { return media_; }

 private:
  boost::asio::io_context& loop_;
  fakes::Process process_;
  fakes::FaultPlan faults_;
  fakes::ModelAriClient ari_;
  fakes::FakeMediaClient media_;
  control::MediaNodes nodes_;
  control::Standby standby_;
  const std::function<void()> take_over_;
};

}  // namespace benari::sim
