#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "tests/bench/media/load.h"

namespace benari::bench {

// Something that sends UDP back.
struct TargetSpec {
  enum class Kind { kMedia, kPorts };
  std::string name;
  Kind kind = Kind::kPorts;
  // Of media: further flags. Else: the command, where {host}, {first} and {last} are replaced.
  std::vector<std::string> words;
  std::string bot_url;        // of media: its sessions are joined with this bot; empty: they echo
  std::string first_bot_url;  // of media: the first session's; empty: that of the others
};

// What every target is given.
struct Place {
  std::optional<int> core;  // where it runs; nothing: anywhere
  std::string host;
  uint16_t ports = 0;  // how many, in a row
};

// A running target, with the sessions of a load on it. Confined to the thread that made
// it, which has to live as long.
class Target {
 public:
  // Waits until it answers.
  static absl::StatusOr<std::unique_ptr<Target>> Start(const TargetSpec& spec, const Place& place);
  virtual ~Target() = default;

  // Adds sessions to `load` until it has that many, each with a port of this target of its own.
  virtual absl::Status GrowTo(size_t sessions, Load* load) = 0;
  // Before each run: what has to be renewed is.
  virtual absl::Status Renew() = 0;
  virtual Endpoint grpc() const = 0;  // without a host: it has none
  virtual pid_t pid() const = 0;

  std::chrono::nanoseconds Cpu() const;
  size_t ResidentKib() const;
};

// What this build's benari-media can be run as: one for each I/O engine its --help names, else one.
// UNAVAILABLE: it does not run.
absl::StatusOr<std::vector<TargetSpec>> MediaTargets();
TargetSpec ReflectorTarget();

}  // namespace benari::bench
