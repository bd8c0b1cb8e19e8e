#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/media_client.h"
#include "control/timers.h"

namespace benari::fakes {

struct FakeMediaOptions {
  int ports_per_node = 250;
  std::chrono::milliseconds quarantine{1000};
  std::chrono::milliseconds no_media_timeout{2000};
  // After StartSession: does media flow, and how soon? Where not, it is reported missing after the timeout.
  bool media_flows = true;
  std::chrono::milliseconds first_packet_after{20};
};

// Media nodes as control sees them: leases with a time to live, fenced by epoch; sessions; watches. A node
// can die (everything on it is gone), come back empty under another instance_id, be cut off, and drain. A
// node named "dns:///…" stands for all living ones, in turn. Confined to the control loop.
class FakeMedia {
 public:
  using EventHandler = std::function<void(const control::SessionEvent&)>;
  struct Caller {
    std::string owner;
    uint64_t epoch = 1;
  };

  FakeMedia(control::Timers& timers, FakeMediaOptions options)
      : timers_(timers), options_(std::move(options)) {}
  FakeMedia(const FakeMedia&) = delete;

  // `address` is "host:port" of its gRPC server; its RTP ports are of the same host.
  void AddNode(const std::string& address);
  void Kill(const std::string& address);
  void Return(const std::string& address);  // after Kill: empty, with another instance_id
  // Cut off: requests get no answer, watches end, leases run on.
  void SetReachable(const std::string& address, bool reachable);
  void SetDraining(const std::string& address, bool draining);
  // From now on, of sessions that start; and of this running one, at once.
  void SetMediaFlows(bool flows) { options_.media_flows = flows; }
  void LoseMedia(const std::string& lease_id, const std::string& diagnosis = "stopped_arriving");
  void ResumeMedia(const std::string& lease_id);

  // The ledger: a line for every lease that is held; "" when there is none.
  std::string Leftovers() const;
  // Invariant broken so far: "" unless a port was ever leased twice at once.
  const std::string& violation() const { return violation_; }

  // The rpcs; they throw control::MediaError. `node` must be alive and reachable (see Reach).
  control::Lease LeasePort(const std::string& node, const Caller& caller, const std::string& lease_id,
                           Clock::Duration ttl);
  control::SessionInfo ReleasePort(const std::string& node, const Caller& caller,
                                   const std::string& lease_id);
  control::SessionInfo StartSession(const std::string& node, const Caller& caller,
                                    const control::SessionRequest& request);
  control::SessionInfo StopSession(const std::string& node, const Caller& caller,
                                   const std::string& lease_id);
  control::NodeStatus KeepAlive(const std::string& node, const Caller& caller,
                                const std::vector<std::string>& lease_ids, Clock::Duration ttl);
  control::NodeSessions ListSessions(const std::string& node, const Caller& caller);
  // 0: the node is not there, and `on_end` is not called.
  uint64_t Watch(const std::string& node, const std::string& owner, EventHandler on_event,
                 std::function<void()> on_end);
  void Unwatch(uint64_t watch);

  enum class Reach { kAnswers, kRefuses, kSilent };
  Reach ReachOf(const std::string& node) const;
  // Another one after each return; 0: there is no such node.
  uint64_t InstanceOf(const std::string& node) const;
  // The node itself, or the next living one for "dns:///…"; "" when none lives.
  std::string Resolve(const std::string& node);

 private:
  struct Held {
    Caller owner;
    control::SessionInfo session;
    bool started = false;
    std::unique_ptr<control::Timer> expiry;
    std::unique_ptr<control::Timer> media;
  };
  struct Watcher {
    std::string node;
    std::string owner;
    EventHandler on_event;
    std::function<void()> on_end;
  };
  struct Node {
    bool alive = true;
    bool reachable = true;
    bool draining = false;
    uint64_t instance = 1;
    std::map<std::string, Held> leases;
    std::map<std::string, uint64_t> epochs;             // by owner, the latest seen
    std::map<uint16_t, Clock::Time> quarantined_until;  // by port
  };

  Node& At(const std::string& node);
  void Fence(Node& node, const Caller& caller);
  Held& Find(Node& node, const Caller& caller, const std::string& lease_id);
  std::optional<uint16_t> LowestFreePort(const Node& node) const;
  int FreePorts(const Node& node) const;
  void Renew(const std::string& node, const std::string& lease_id, Held& held, Clock::Duration ttl);
  void Free(const std::string& node, const std::string& lease_id, control::SessionEventKind why);
  void Emit(const std::string& node, const Held& held, control::SessionEventKind kind);
  void ExpectMedia(const std::string& node, const std::string& lease_id, Held& held);
  void EndWatches(const std::string& node);
  Held* FindAnywhere(const std::string& lease_id, std::string* node);

  control::Timers& timers_;
  FakeMediaOptions options_;
  std::map<std::string, Node> nodes_;
  std::map<uint64_t, Watcher> watchers_;
  uint64_t last_watch_ = 0;
  size_t next_node_ = 0;
  std::string violation_;
};

}  // namespace benari::fakes
