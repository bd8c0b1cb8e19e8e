#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/model_node.h"

namespace benari::fakes {

// Media nodes as control sees them: each runs the real SessionRegistry. A node can be killed (which loses its
// state), return with another instance_id, be stopped (SIGSTOP), be cut off, and drain. Confined to the
// control loop.
class FakeMedia {
 public:
  using EventHandler = std::function<void(const control::SessionEvent&)>;
  // The requests of control to a node. They throw MediaError.
  using Request = std::function<void(ModelNode&)>;

  FakeMedia(control::Timers& timers, FakeMediaOptions options)
      : timers_(timers), options_(std::move(options)) {
    options_.on_bot_dialled = [this](const control::Bot& bot) { bots_dialled_.push_back(bot); };
  }
  FakeMedia(const FakeMedia&) = delete;

  // `address`: "host:port" of its gRPC server.
  void AddNode(const std::string& address);
  void Kill(const std::string& address);
  void Return(const std::string& address);  // after Kill: empty, with another instance_id
  // Cut off: requests are lost, events of watches wait until it is reachable again; leases expire meanwhile.
  void SetReachable(const std::string& address, bool reachable);
  // SIGSTOP and SIGCONT: requests are answered, and leases expire, once it continues.
  void SetStopped(const std::string& address, bool stopped);
  void StartDraining(const std::string& address) { Living(address).StartDraining(); }
  // Its connections break; the node continues.
  void ResetConnections(const std::string& address) { EndWatches(address); }
  // From now on each watch of it ends at once, as on a node that has reached its limit of watchers.
  void RefuseWatches(const std::string& address, bool refuse) { nodes_.at(address).refuses_watches = refuse; }
  // Applies to sessions that start from now on; the second one at once to this running session.
  void SetMediaFlows(bool flows) { options_.media_flows = flows; }
  void LoseMedia(const std::string& lease_id,
                 media::Diagnosis diagnosis = media::Diagnosis::kStoppedArriving);
  void ResumeMedia(const std::string& lease_id) { LoseMedia(lease_id, media::Diagnosis::kNone); }

  // Sets the behaviour of bots that are dialled with this URL from now on.
  void SetBot(const std::string& url, BotScript script) { options_.bots[url] = script; }
  // Returns the bot of a session that runs on a node that is alive; nullptr: there is none.
  ModelBot* BotOf(const std::string& lease_id);
  // Returns every bot that was ever dialled, in order.
  const std::vector<control::Bot>& bots_dialled() const { return bots_dialled_; }

  // Returns a line for every lease that is held, of one owner ("": of all); "" if there is none.
  std::string Leftovers(const std::string& owner = "") const;
  // Returns the invariant that was violated; "" unless a port was ever bound twice, or within its quarantine.
  std::string violation() const;
  // Returns the number of leases that have expired on nodes that are alive.
  uint64_t lease_expiries() const;

  bool IsAlive(const std::string& address) const { return nodes_.at(address).process != nullptr; }
  // Returns true if its packets flow: it is alive and not stopped, even if it is cut off.
  bool Runs(const std::string& address) const { return IsAlive(address) && !nodes_.at(address).stopped; }
  enum class Reach { kAnswers, kRefuses, kSilent, kStopped };
  Reach ReachOf(const std::string& address) const;
  // Another one after each return; 0: there is no such node.
  uint64_t InstanceOf(const std::string& address) const;
  // The node's, which has to be alive.
  ModelNode& Living(const std::string& address) { return *nodes_.at(address).process; }
  // Runs once a stopped node goes on; never if it dies.
  void WhenItGoesOn(const std::string& address, std::function<void()> arrival);

  // 0: the node is not there or refuses, and `on_end` is not called.
  uint64_t Watch(const std::string& address, EventHandler on_event, std::function<void()> on_end);
  void Unwatch(uint64_t watch) { watchers_.erase(watch); }

 private:
  struct Watcher {
    std::string node;
    EventHandler on_event;
    std::function<void()> on_end;
  };
  struct Node {
    bool reachable = true;
    bool stopped = false;
    bool refuses_watches = false;
    uint64_t instance = 1;
    std::unique_ptr<ModelNode> process;          // null: dead
    std::vector<control::SessionEvent> unheard;  // while it is cut off
    std::vector<std::function<void()>> when_it_goes_on;
  };

  void Boot(const std::string& address, Node& node);
  void Emit(const std::string& address, const control::SessionEvent& event);
  void EndWatches(const std::string& address);

  control::Timers& timers_;
  FakeMediaOptions options_;
  std::map<std::string, Node> nodes_;
  std::vector<control::Bot> bots_dialled_;
  std::map<uint64_t, Watcher> watchers_;
  uint64_t last_watch_ = 0;
  std::string violation_;  // of nodes that died
};

}  // namespace benari::fakes
