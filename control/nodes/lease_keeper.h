#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/loop/timers.h"
#include "control/nodes/media_client.h"
#include "control/nodes/media_nodes.h"

namespace benari::control {

// Renews every lease, detects nodes that fail, and forwards the session events of the nodes. It runs one loop
// a node: a KeepAlive each `interval`, or each `retry` after a failure, and a watch while the node is up. A
// node is down after two consecutive failures: at once if it is not reachable, else `lost_after` after the
// first of these requests was sent, or `lost_after_alone` if no other node could replace it. Time in which
// this process itself was suspended (SIGSTOP) does not count. Confined to the control loop.
class LeaseKeeper {
 public:
  struct Listener {
    std::function<void(const std::string& reason)> on_lost;  // called once at most; ends the lease's renewal
    std::function<void(const SessionEvent&)> on_session;
    bool runs_bot = false;  // what becomes of it cannot wait: without a watch it is listed with each renewal
  };
  struct Options {
    std::chrono::milliseconds interval{500};
    std::chrono::milliseconds retry{100};  // after a failure
    std::chrono::milliseconds lost_after{1000};
    std::chrono::milliseconds lost_after_alone{2500};
    std::chrono::milliseconds longest_watch_pause{8000};  // between watches that the node ends at once
    std::chrono::milliseconds other_gone_after{5000};     // silence of an instance with a higher epoch

    // After a cut between this process and Asterisk: so long nodes that were cut off with it may take to
    // answer.
    std::chrono::milliseconds nodes_return() const {
      return std::max<std::chrono::milliseconds>(std::chrono::seconds(3), interval + std::chrono::seconds(1));
    }
  };

  LeaseKeeper(boost::asio::any_io_executor executor, MediaClient& media, MediaNodes& nodes, Timers& timers,
              Options options);
  ~LeaseKeeper();

  // Starts a loop for each node in `nodes` that has none. To be called when the list of nodes has changed.
  void Watch();
  void Stop();

  void Add(const std::string& lease_id, const std::string& node, Listener listener);
  void Remove(const std::string& lease_id);
  bool Keeps(const std::string& lease_id) const { return leases_.contains(lease_id); }
  size_t size() const { return leases_.size(); }
  const Options& options() const { return options_; }
  // Called when an instance of our owner with a higher epoch uses a node: it has taken over. A higher epoch
  // that is not in use belongs to an earlier instance; ours is then raised above it.
  void set_on_fenced(std::function<void(const std::string& why)> on_fenced) {
    on_fenced_ = std::move(on_fenced);
  }
  // True once the first request to each listed node has been answered or has failed.
  bool AskedAll() const;

 private:
  struct Kept {
    std::string node;
    Listener listener;
    std::optional<std::string> diagnosis;  // that the listener was told last; "": media flows; nothing yet
    BotPhase bot = BotPhase::kConnecting;  // likewise
  };
  struct Loop;

  boost::asio::awaitable<void> Run(std::shared_ptr<Loop> loop);
  boost::asio::awaitable<void> Pause(std::shared_ptr<Loop> loop, std::chrono::milliseconds length);
  boost::asio::awaitable<NodeStatus> Renew(std::shared_ptr<Loop> loop, std::vector<std::string> lease_ids);
  boost::asio::awaitable<void> CatchUp(std::shared_ptr<Loop> loop);
  boost::asio::awaitable<void> OnFenced(std::shared_ptr<Loop> loop, std::string why);
  // Of a request or a pause that began then; true if this process stood still in it.
  bool ForgiveStandstill(Loop& loop, Clock::Time began);
  void OnAnswer(Loop& loop, const NodeStatus& status, const std::set<std::string>& named);
  void OnFailure(Loop& loop, const MediaError& error);
  void OnNodeLost(Loop& loop, const std::string& why);
  void StartWatch(std::shared_ptr<Loop> loop);
  void OnWatchEnded(Loop& loop, const std::string& why);
  void TellNews(const std::string& node, const SessionInfo& session);
  bool KeepsBots(const std::string& node) const;
  void Lose(const std::string& lease_id, const std::string& why);
  void OnSession(const std::string& node, const SessionEvent& event);

  boost::asio::any_io_executor executor_;
  MediaClient& media_;
  MediaNodes& nodes_;
  Timers& timers_;
  Options options_;
  std::function<void(const std::string&)> on_fenced_;
  std::optional<Clock::Time> began_;                    // the first Watch, with an epoch that is ours
  std::map<std::string, Kept> leases_;                  // by lease id
  std::map<std::string, std::shared_ptr<Loop>> loops_;  // by node
};

}  // namespace benari::control
