#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/harness/media_view.h"
#include "tests/harness/services.h"
#include "tests/fakes/fake_asterisk.h"

namespace benari::loopback {

// A fake Asterisk in this process, and the real binaries beside it. At the end of each test nothing may be
// left: channels, bridges, RTP sockets, leases. Confined to the test's thread.
class LoopbackTest : public ::testing::Test {
 protected:
  ~LoopbackTest() override;
  void TearDown() override;

  void StartAsterisk(fakes::FakeAsteriskOptions options = {});
  // As many media nodes as asked for, and control with these flags beside its defaults.
  void StartServices(std::vector<std::string> control_flags = {}, int nodes = 1);
  void StartMedia(std::vector<std::string> flags = {});
  void StartControl(std::vector<std::string> flags);

  fakes::FakeAsterisk& asterisk() { return *asterisk_; }
  e2e::ControlProcess& control() { return *control_; }
  e2e::MediaProcess& media(size_t node = 0) { return *media_[node]; }
  media::v1::ListSessionsResponse Sessions(size_t node = 0);
  // The first log line of control with this message, of those so far and to come.
  e2e::LogLine Logged(const std::string& message);
  e2e::LogLine LoggedField(const std::string& key, const std::string& value);
  // The outcome that control logged for this call.
  std::string Outcome(const std::string& call_id);
  bool Eventually(const std::function<bool()>& holds);

  TlsFiles media_tls_;  // to look at the nodes with
  std::string password_file_;
  std::unique_ptr<fakes::FakeAsterisk> asterisk_;
  std::vector<std::unique_ptr<e2e::MediaProcess>> media_;
  std::unique_ptr<e2e::ControlProcess> control_;
};

}  // namespace benari::loopback
