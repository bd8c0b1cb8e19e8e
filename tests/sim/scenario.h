#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/call_config.h"
#include "control/stasis_app.h"
#include "tests/fakes/asterisk_types.h"
#include "tests/fakes/model_node.h"

// All that happens in one simulated run, drawn from its seed before it begins. Plain values.
namespace benari::sim {

enum class DisasterKind {
  kKillControl,            // kill -9; the supervisor starts it again after `length`
  kStopControl,            // SIGSTOP for `length`
  kReplaceControl,         // a second instance starts
  kStopAndReplaceControl,  // a second instance starts while the first is stopped
  kKillMedia,              // kill -9; back, empty, after `length`
  kStopMedia,
  kDrainMedia,  // SIGTERM: it ends with its last lease, or after `length`
  kCutMedia,    // the network between control and that node, for `length`
  kResetMedia,  // connections break
  kKillAsterisk,
  kStopAsterisk,
  kCutAsterisk,
  kResetAsterisk,
  kHangUpMedia,    // somebody hangs up an ExternalMedia channel
  kDestroyBridge,  // somebody destroys a call's bridge
};
inline constexpr int kDisasterKinds = 15;
std::string ToString(DisasterKind kind);

struct Disaster {
  DisasterKind kind = DisasterKind::kKillControl;
  Clock::Duration at{};
  Clock::Duration length{};
  size_t node = 0;
  bool flip = false;  // stop: Asterisk closes the WebSocket meanwhile; reset: Asterisk does not hear of it
};

struct Phone {
  Clock::Duration at{};
  std::optional<Clock::Duration> hangs_up_after;  // empty: it waits until the end
  fakes::Destination destination;                 // of calls that are connected from now on
};

struct Scenario {
  uint64_t seed = 0;
  control::CallConfig call;
  control::StasisApp::Options app;
  fakes::AsteriskOptions asterisk;
  fakes::FakeMediaOptions media;
  std::vector<std::string> nodes;
  Clock::Duration jitter{};       // the most that the network adds, each way
  int request_faults = 0;         // of 1000 requests
  bool control_ends = false;      // in the end it is killed, and started again only when leases have run out
  std::vector<Phone> phones;      // by time
  std::vector<Disaster> disasters;

  // When everything has happened.
  Clock::Duration Length() const;
  // Some disaster is under way, or was a moment ago.
  bool Disturbed(Clock::Duration at) const;
  bool Has(std::initializer_list<DisasterKind> kinds) const;
  bool HasUnroutable() const;
};

Scenario Draw(uint64_t seed);

}  // namespace benari::sim
