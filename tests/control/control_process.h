#pragma once

#include <prometheus/registry.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "control/app/stasis_app.h"
#include "control/call/call_context.h"
#include "control/flow/flows.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/fake_speech.h"
#include "tests/fakes/fake_webhooks.h"
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
                 StasisApp::Options options, LeaseKeeper::Options keeper = {},
                 fakes::FakeMediaClient::Options media_client = {},
                 fakes::FakeWebhookServer* webhooks = nullptr, fakes::FakeSpeaker* speaker = nullptr);

  // As the event stream does: false when Asterisk is down.
  bool Connect();
  void Disconnect();
  // kill -9: what was sent has its effect, nothing else runs any more. The object has to stay until the world
  // ends, as its coroutines do.
  void Kill();

  boost::asio::io_context& loop() { return loop_; }
  fakes::Process& process() { return process_; }
  fakes::ModelAriClient& ari() { return ari_; }
  const fakes::ModelAriClient& ari() const { return ari_; }
  fakes::FaultPlan& faults() { return faults_; }
  StasisApp& app() { return app_; }
  const StasisApp& app() const { return app_; }
  LeaseKeeper& keeper() { return keeper_; }
  MediaNodes& nodes() { return nodes_; }
  fakes::FakeMediaClient& media() { return media_; }
  const CallHistory& history() const { return history_; }
  bool replaced() const { return replaced_; }
  // Value of a counter or gauge, summed over its labels that contain `label` ("": all).
  double Metric(const std::string& name, const std::string& label = "") const;

 private:
  boost::asio::io_context& loop_;
  fakes::Process process_;
  std::shared_ptr<prometheus::Registry> registry_;
  Metrics metrics_;
  CallHistory history_;
  Ids ids_;
  const CallConfig config_;
  fakes::FaultPlan faults_;
  fakes::ModelAriClient ari_;
  fakes::FakeMediaClient media_;
  MediaNodes nodes_;
  LeaseKeeper keeper_;
  fakes::FakeWebhooks webhooks_;
  std::unique_ptr<fakes::FakeSpeech> speech_;  // nullptr: nothing is said
  const FlowFactory make_flow_;
  CallContext context_;
  StasisApp app_;
  bool replaced_ = false;
};

}  // namespace benari::control
