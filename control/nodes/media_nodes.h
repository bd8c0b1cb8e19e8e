#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "control/nodes/media_client.h"

namespace benari::control {

// The media nodes that are known, and which of them may be asked for a port. A node is a process: one that is
// listed with several addresses, such as those of localhost, is one node. Confined to the control loop.
class MediaNodes {
 public:
  struct Node {
    bool up = false;      // answered its last KeepAlive
    bool listed = false;  // named by the configuration or its last look-up
    NodeStatus status;    // of the last KeepAlive
  };

  enum class Listing { kFixed, kLookedUp };  // by the configuration, or by its DNS name

  explicit MediaNodes(Listing listing = Listing::kFixed) : listing_(listing) {}

  // Sets the addresses of the configuration, or of the latest DNS answer. A node that is no longer listed is
  // forgotten when it goes down.
  void SetListed(const std::vector<std::string>& addresses);
  void SetUp(const std::string& address, const NodeStatus& status);
  void SetDown(const std::string& address);

  bool IsUp(const std::string& address) const;
  bool AnotherIsUp(const std::string& address) const;
  // Addresses of nodes that may be asked for a port (up, listed, not draining, a port free), round robin.
  std::vector<std::string> Candidates();
  const std::map<std::string, Node>& nodes() const { return nodes_; }  // by address
  // As nodes(), with one address for each process: one that is up, if there is one.
  std::map<std::string, const Node*> Processes() const;

  // Each process is counted in one state.
  struct Counts {
    size_t up = 0;
    size_t draining = 0;     // up, and leases no more
    size_t down = 0;         // listed, and does not answer
    size_t not_reached = 0;  // looked up, and has never answered: perhaps no node at all
  };
  Counts Count() const;
  // Called after each change that may affect the counts.
  void set_on_change(std::function<void()> on_change) { on_change_ = std::move(on_change); }

 private:
  void Changed() const {
    if (on_change_) on_change_();
  }

  const Listing listing_;
  std::map<std::string, Node> nodes_;  // by address
  size_t turn_ = 0;
  std::function<void()> on_change_;
};

}  // namespace benari::control
