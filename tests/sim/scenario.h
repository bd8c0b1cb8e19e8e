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

// Callers are looked at this often.
inline constexpr std::chrono::milliseconds kLookInterval(250);

enum class DisasterKind {
  kKillControl,            // kill -9; the supervisor starts it again after `length`
  kStopControl,            // SIGSTOP for `length`
  kReplaceControl,         // a second instance starts
  kTerminateControl,       // SIGTERM: no new calls; those that are left after `length` are hung up
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
  kSlowAsterisk,   // each answer comes two seconds late, for `length`
  kHangUpMedia,    // somebody hangs up an ExternalMedia channel
  kDestroyBridge,  // somebody destroys a call's bridge
};
inline constexpr int kDisasterKinds = 17;
std::string ToString(DisasterKind kind);

struct Disaster {
  DisasterKind kind = DisasterKind::kKillControl;
  Clock::Duration at{};
  Clock::Duration length{};
  size_t node = 0;
  bool flip = false;  // stop: Asterisk closes the WebSocket meanwhile; reset: Asterisk does not hear of it

  // Until then calls may suffer from it, and no longer.
  Clock::Duration end() const;
  bool IsOfMedia() const { return kind >= DisasterKind::kKillMedia && kind <= DisasterKind::kResetMedia; }
  bool IsOfAsterisk() const {
    return kind >= DisasterKind::kKillAsterisk && kind <= DisasterKind::kSlowAsterisk;
  }
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
  Clock::Duration jitter{};   // the most that the network adds, each way
  int request_faults = 0;     // of 1000 requests
  bool control_ends = false;  // in the end it is killed, and started again only when leases have run out
  std::vector<Phone> phones;  // by time
  std::vector<Disaster> disasters;

  // When everything has happened.
  Clock::Duration Length() const;
  bool IsDisturbed(Clock::Duration at) const;
  bool IsAsteriskDisturbed(Clock::Duration at) const;
  bool Has(std::initializer_list<DisasterKind> kinds) const;
  bool HasUnroutable() const;
  // Nothing goes wrong but what phones and destinations do.
  bool IsCalm() const { return disasters.empty() && request_faults == 0 && !control_ends; }
};

Scenario Draw(uint64_t seed);

}  // namespace benari::sim
