#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/call_test.h"
#include "tests/harness/call_log.h"
#include "tests/harness/process_view.h"

namespace benari::e2e {

// A test in which something dies, hangs or is cut off. At its end nothing may be left: no channel, bridge,
// lease or port, and no socket or thread of either service that it did not hold before the calls; what was
// measured is one line on stdout that begins with "figures:".
class ChaosTest : public CallTest {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Media nodes, a control that knows them, and one call to begin with: what the processes hold after it they
  // may hold at the end.
  void StartWorld(std::vector<std::string> control_flags, int nodes = 1);
  void StartNode(ServiceOptions options = {});
  // What the processes hold now they may hold at the end.
  void RememberHeld();
  // Another control with the same flags; the ones before it stay as they are.
  void StartControl();

  ControlProcess& control(size_t number) { return *controls_[number]; }
  ControlProcess& newest() { return *controls_.back(); }
  MediaProcess& node(size_t number) { return *nodes_[number]; }
  media::v1::ListSessionsResponse Sessions(size_t node = 0);
  // What all controls so far say; without the call of StartWorld.
  CallLog Calls();
  int Ended(const std::string& outcome);  // calls
  // Log lines of the newest control, of all calls.
  int Count(const std::string& message);
  static int64_t MsSince(std::chrono::steady_clock::time_point since);

  std::unique_ptr<Sipp> Phones(const std::string& scenario, int calls, std::chrono::milliseconds pause = {},
                               int rounds = 1);
  // Waits for the n-th such line of the newest control; the call of StartWorld is not counted.
  void WaitForLines(const std::string& key, const std::string& value, int n);
  void ExpectEventually(const std::string& what, const std::function<bool()>& holds);

  void Figure(const std::string& name, int64_t value);
  // In this test the sweep may find something.
  void SweepMayWork() { sweep_may_work_ = true; }

  // How the controls of this test are started, and where they find Asterisk.
  ServiceOptions control_options_;
  std::string asterisk_host_ = "127.0.0.1";

 private:
  AsteriskOptions asterisk_options() override;
  // Nothing, or what is held beyond what was held before the calls.
  std::string HeldBeyond();
  int Swept();

  std::vector<std::unique_ptr<MediaProcess>> nodes_;
  std::vector<std::unique_ptr<ControlProcess>> controls_;
  std::vector<Held> nodes_held_;
  Held control_held_;
  std::string first_call_;  // its id, of the call of StartWorld
  std::vector<std::pair<std::string, int64_t>> figures_;
  bool sweep_may_work_ = false;
};

// The RTP that phones hear, all of them on one port; a call is told by the port of Asterisk that it comes
// from.
struct Hearing {
  int before = 0;                            // calls that heard something in the half second before `from`
  int again = 0;                             // of them, those that heard something after `from`
  std::chrono::milliseconds longest_gap{0};  // of any of them, from `from` on
};
Hearing HeardSince(const RtpTap& tap, std::chrono::steady_clock::time_point from,
                   std::chrono::steady_clock::time_point to = std::chrono::steady_clock::time_point::max());

}  // namespace benari::e2e
