#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/endpoint.h"
#include "media/lease/owner_table.h"
#include "media/processor/session_types.h"

// Results of SessionRegistry, copied for each answer. Pure.
namespace benari::media {

enum class SessionState { kLeased, kRunning, kStopped };

struct NodeInfo {
  std::string name;
  std::string instance_id;  // random, new with each start of the process
  Endpoint grpc;            // where others reach this very process
};

struct LeaseView {
  std::string lease_id;
  OwnerId owner;
  Endpoint rtp;
  std::chrono::milliseconds expires_in{0};
};

struct SessionView {
  LeaseView lease;
  SessionState state = SessionState::kLeased;
  SessionConfig config;      // unless kLeased
  SessionSnapshot snapshot;  // its times are steady; those below are for people
  Clock::Time leased;
  Clock::WallTime leased_at;
  std::optional<Clock::WallTime> started_at;

  // Converts a time of the snapshot to the wall clock, as it was set when the port was leased.
  Clock::WallTime ToWall(Clock::Time time) const {
    return leased_at + std::chrono::duration_cast<Clock::WallTime::duration>(time - leased);
  }
};

struct SessionPage {
  std::vector<SessionView> sessions;
  bool last = true;
  uint64_t owner_epoch = 0;                    // the latest seen of the owner asked for; 0: none
  std::chrono::milliseconds owner_silence{0};  // since the latest request with that epoch
};

struct KeepAliveView {
  bool draining = false;
  size_t ports_total = 0;
  size_t ports_free = 0;
  std::vector<std::string> unknown_lease_ids;
};

enum class EventKind {
  kStarted,
  kMediaFlowing,
  kMediaMissing,
  kStopped,
  kReleased,
  kLeaseExpired,
  kBotReady,
  kBotLost,
  kFinished,
};
const char* EventKindName(EventKind kind);

struct SessionEvent {
  EventKind kind = EventKind::kStarted;
  SessionView session;
};

// For metrics.
struct RegistryCounts {
  std::map<std::string, size_t> leases;  // by owner, those without one that are remembered included
  size_t running = 0;
  size_t ports_in_use = 0;  // those being closed included: 0 once everything is over
  size_t ports_free = 0;
  size_t ports_quarantined = 0;
  size_t ports_unavailable = 0;  // another program has them
  bool draining = false;
  uint64_t lease_rate_refusals = 0;
  uint64_t bind_failures = 0;
  uint64_t lease_expiries = 0;
  std::array<uint64_t, kDiagnoses> diagnoses{};  // made so far, by Diagnosis
};

}  // namespace benari::media
