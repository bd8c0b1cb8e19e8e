#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/control/control_process.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control {

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
    return control->Metric("benari_control_calls_ended_total", ToString(outcome));
  }

  static constexpr const char* kNode1 = "media-1:50051";
  static constexpr const char* kNode2 = "media-2:50051";

  boost::asio::io_context loop;
  fakes::VirtualTimers timers;
  fakes::AsteriskModel asterisk;
  fakes::FakeMedia media;
  fakes::FakeWebhookServer webhooks;
  fakes::FakeSpeaker speaker;
  const CallConfig config;
  const StasisApp::Options options;
  std::unique_ptr<ControlProcess> control;
  std::vector<std::unique_ptr<ControlProcess>> earlier;
};

}  // namespace benari::control
