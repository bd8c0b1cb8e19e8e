#pragma once

#include <prometheus/registry.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "control/call_context.h"
#include "control/stasis_app.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/fault_plan.h"
#include "tests/fakes/model_ari_client.h"
#include "tests/fakes/process.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control {

// The real call logic of one control process, over a modelled Asterisk and modelled media nodes that outlive
// it. Confined to the control loop.
class ControlProcess {
 public:
  ControlProcess(boost::asio::io_context& loop, fakes::VirtualTimers& timers, fakes::AsteriskModel& asterisk,
                 fakes::FakeMedia& media, const std::vector<std::string>& nodes, const CallConfig& config,
                 StasisApp::Options options);

  // As the event stream does: false when Asterisk is down.
  bool Connect();
  void Disconnect();
  // kill -9: what was sent has its effect, nothing else runs any more. The object has to stay until the world
  // ends, as its coroutines do.
  void Kill();

  fakes::Process& process() { return process_; }
  fakes::ModelAriClient& ari() { return ari_; }
  fakes::FaultPlan& faults() { return faults_; }
  StasisApp& app() { return app_; }
  LeaseKeeper& keeper() { return keeper_; }
  MediaNodes& nodes() { return nodes_; }
  bool replaced() const { return replaced_; }
  // Value of a counter or gauge, summed over its labels that contain `label` ("": all).
  double Metric(const std::string& name, const std::string& label = "") const;

 private:
  fakes::Process process_;
  std::shared_ptr<prometheus::Registry> registry_;
  Metrics metrics_;
  Ids ids_;
  const CallConfig config_;
  fakes::FaultPlan faults_;
  fakes::ModelAriClient ari_;
  fakes::FakeMediaClient media_;
  MediaNodes nodes_;
  LeaseKeeper keeper_;
  CallContext context_;
  StasisApp app_;
  bool replaced_ = false;
};

// One Asterisk, two media nodes and one control, all in virtual time.
class ControlWorld {
 public:
  explicit ControlWorld(CallConfig config = {}, fakes::AsteriskOptions asterisk_options = {},
                        StasisApp::Options options = {});
  ~ControlWorld();

  // Starts a control process and waits until it serves. One that was there is replaced.
  void Start();
  void Kill();

  std::string Caller() { return asterisk.CallerArrives({}); }
  bool Until(const std::function<bool()>& done, Clock::Duration limit = std::chrono::minutes(5)) {
    return fakes::Settle(loop, timers, done, limit);
  }
  void RunFor(Clock::Duration duration) { fakes::SettleFor(loop, timers, duration); }
  bool UntilPhase(const std::string& call_id, CallPhase phase);
  bool UntilNoCalls();

  // Everything that exists anywhere: channels, bridges, leases, kept leases, calls. "" is the only right
  // answer.
  std::string Leftovers() const;
  double Ended(CallOutcome outcome) const {
    return control->Metric("control_calls_ended_total", ToString(outcome));
  }

  static constexpr const char* kNode1 = "media-1:50051";
  static constexpr const char* kNode2 = "media-2:50051";

  boost::asio::io_context loop;
  fakes::VirtualTimers timers;
  fakes::AsteriskModel asterisk;
  fakes::FakeMedia media;
  const CallConfig config;
  const StasisApp::Options options;
  std::unique_ptr<ControlProcess> control;
  std::vector<std::unique_ptr<ControlProcess>> earlier;
};

}  // namespace benari::control
