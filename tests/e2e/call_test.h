#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/harness/asterisk_server.h"
#include "tests/harness/media_view.h"
#include "tests/harness/rtp_tap.h"
#include "tests/harness/services.h"
#include "tests/harness/sipp.h"

namespace benari::e2e {

// A test with a real Asterisk (one for all tests of a process) and, once StartServices was called, with
// media and control of its own. Its process is on a host of its own (see EnterNewHost), so that several may
// run at a time. After each test nothing may be left: no channel, bridge or lease.
// Without a real Asterisk the test fails and says how to get one.
class CallTest : public ::testing::Test {
 protected:
  void SetUp() override;
  // Of the Asterisk of this process.
  virtual AsteriskOptions asterisk_options() { return {}; }
  void TearDown() override;

  AsteriskServer& asterisk() { return *asterisk_; }
  ControlProcess& control() { return *control_; }
  MediaProcess& media() { return *media_; }
  MediaView& media_view() { return *media_view_; }

  // Throws, and so fails the test, when one of them does not come up.
  void StartServices(std::vector<std::string> control_flags, std::vector<std::string> media_flags = {});
  // The other end of the AVAYA trunk, listening.
  std::unique_ptr<Sipp> Trunk(const std::string& scenario, std::chrono::milliseconds pause = {});
  // Calls at once.
  std::unique_ptr<Sipp> Phone(const std::string& scenario, std::chrono::milliseconds pause = {},
                              const std::string& number = "3308487");
  std::unique_ptr<Sipp> StartSipp(SippOptions options);

  // The first log line of control with this message; fails the test when it does not come.
  LogLine WaitForLog(const std::string& message);
  // The line of the one call that says so.
  LogLine WaitForPhase(const std::string& phase);
  // The `outcome` of the one call, once it has ended.
  std::string Outcome() { return WaitForLog("call ended").Field("outcome"); }
  // Fails the test unless SIPp's calls all went as in their scenario.
  void ExpectAllWell(Sipp& sipp, int calls = 1);

  static std::unique_ptr<AsteriskServer> asterisk_;

 private:
  void ExpectNoLeases();

  std::unique_ptr<MediaProcess> media_;
  std::unique_ptr<MediaView> media_view_;
  std::unique_ptr<ControlProcess> control_;
};

}  // namespace benari::e2e
