#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "media/lease/session_registry.h"
#include "tests/media/lease/fake_session_runner.h"
#include "tests/media/manual_clock.h"

namespace benari::media {

// A registry with three ports on a fake runner and a clock that stands.
class RegistryTest : public ::testing::Test {
 protected:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds kTtl{10000};
  static constexpr Milliseconds kQuarantine{1000};

  static SessionConfig Config(uint16_t peer_port = 25000) {
    SessionConfig config;
    config.peer = ParseSocketAddress(Endpoint("10.0.0.5", peer_port)).value();
    config.payload_type = 8;
    return config;
  }

  absl::StatusOr<LeaseView> LeasePort(const std::string& id, OwnerId owner = {"benari", 1},
                                      Milliseconds ttl = kTtl) {
    auto lease = registry_.LeasePort(owner, id, ttl);
    runner_.Deliver();
    return lease;
  }

  absl::StatusOr<SessionView> ReleasePort(const std::string& id, OwnerId owner = {"benari", 1}) {
    registry_.ReleasePort(owner, id, Keep());
    return Answer();
  }

  absl::StatusOr<SessionView> StartSession(const std::string& id, const SessionConfig& config = Config(),
                                           OwnerId owner = {"benari", 1}) {
    registry_.StartSession(owner, id, config, Keep());
    return Answer();
  }

  absl::StatusOr<SessionView> StopSession(const std::string& id, OwnerId owner = {"benari", 1}) {
    registry_.StopSession(owner, id, Keep());
    return Answer();
  }

  absl::StatusOr<SessionView> GetSession(const std::string& id) {
    registry_.GetSession(id, Keep());
    return Answer();
  }

  absl::Status SendDigits(const std::string& id, const std::string& digits, OwnerId owner = {"benari", 1}) {
    std::optional<absl::Status> answer;
    registry_.CommandBot(owner, id, Digits{digits, Milliseconds(100)}, [&](const absl::Status& status) {
      EXPECT_FALSE(answer.has_value()) << "answered twice";
      answer = status;
    });
    runner_.Deliver();
    return answer.value();
  }

  absl::StatusOr<KeepAliveView> KeepAlive(const std::vector<std::string>& ids, OwnerId owner = {"benari", 1},
                                          Milliseconds ttl = kTtl) {
    auto view = registry_.KeepAlive(owner, ids, ttl);
    runner_.Deliver();
    return view;
  }

  SessionPage List(const std::string& owner, const std::string& after = "", size_t page_size = 100) {
    std::optional<SessionPage> page;
    registry_.ListSessions(owner, after, page_size,
                           [&](absl::StatusOr<SessionPage> answer) { page = std::move(answer).value(); });
    runner_.Deliver();
    return std::move(page).value();
  }

  void Advance(Milliseconds by) {
    clock_.Advance(by);
    registry_.OnTime();
    runner_.Deliver();
  }

  SessionRegistry::SessionCallback Keep() {
    answer_.reset();
    return [this](absl::StatusOr<SessionView> answer) {
      EXPECT_FALSE(answer_.has_value()) << "answered twice";
      answer_ = std::move(answer);
    };
  }

  absl::StatusOr<SessionView> Answer() {
    runner_.Deliver();
    return std::move(answer_).value();
  }

  SessionRegistry::Options Options() {
    SessionRegistry::Options options;
    options.rtp_host = "192.0.2.1";
    options.ports = {100, 102};
    options.quarantine = kQuarantine;
    options.random_ssrc = [this] { return ++last_ssrc_; };
    return options;
  }

  uint32_t last_ssrc_ = 0;
  ManualClock clock_;
  FakeSessionRunner runner_;
  std::vector<SessionEvent> events_;
  std::optional<absl::StatusOr<SessionView>> answer_;
  SessionRegistry registry_{Options(), clock_, runner_,
                            [this](SessionEvent event) { events_.push_back(std::move(event)); }};
};

}  // namespace benari::media
