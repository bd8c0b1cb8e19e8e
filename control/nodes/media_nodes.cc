#include "control/nodes/media_nodes.h"

#include <algorithm>
#include <set>

namespace benari::control {

namespace {
// A node that has never answered counts as a process of its own.
const std::string& ProcessOf(const std::string& address, const MediaNodes::Node& node) {
  return node.status.instance_id.empty() ? address : node.status.instance_id;
}
}  // namespace

void MediaNodes::SetListed(const std::vector<std::string>& addresses) {
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    node->second.listed = std::find(addresses.begin(), addresses.end(), node->first) != addresses.end();
    const bool forget = !node->second.listed && !node->second.up;
    node = forget ? nodes_.erase(node) : std::next(node);
  }
  for (const std::string& address : addresses) nodes_[address].listed = true;
  Changed();
}

void MediaNodes::SetUp(const std::string& address, const NodeStatus& status) {
  Node& node = nodes_[address];
  node.up = true;
  node.status = status;
  Changed();
}

void MediaNodes::SetDown(const std::string& address) {
  const auto node = nodes_.find(address);
  if (node == nodes_.end()) return;
  node->second.up = false;
  if (!node->second.listed) nodes_.erase(node);
  Changed();
}

bool MediaNodes::IsUp(const std::string& address) const {
  const auto node = nodes_.find(address);
  return node != nodes_.end() && node->second.up;
}

bool MediaNodes::AnotherIsUp(const std::string& address) const {
  const auto known = nodes_.find(address);
  const std::string& process = known == nodes_.end() ? address : ProcessOf(address, known->second);
  return std::any_of(nodes_.begin(), nodes_.end(), [&process](const auto& node) {
    return node.second.up && ProcessOf(node.first, node.second) != process;
  });
}

std::map<std::string, const MediaNodes::Node*> MediaNodes::Processes() const {
  std::map<std::string, std::map<std::string, Node>::const_iterator> best;  // by process
  for (auto node = nodes_.begin(); node != nodes_.end(); ++node) {
    const auto [known, is_new] = best.emplace(ProcessOf(node->first, node->second), node);
    if (!is_new && node->second.up && !known->second->second.up) known->second = node;
  }
  std::map<std::string, const Node*> processes;
  for (const auto& [process, node] : best) processes[node->first] = &node->second;
  return processes;
}

MediaNodes::Counts MediaNodes::Count() const {
  Counts counts;
  for (const auto& [address, node] : Processes()) {
    const bool never_answered = node->status.instance_id.empty();
    if (!node->up) {
      ++(never_answered && listing_ == Listing::kLookedUp ? counts.not_reached : counts.down);
    } else {
      ++(node->status.draining ? counts.draining : counts.up);
    }
  }
  return counts;
}

std::vector<std::string> MediaNodes::Candidates() {
  std::vector<std::string> candidates;
  std::set<std::string> processes;
  for (const auto& [address, node] : nodes_) {
    const bool takes_calls = node.up && node.listed && !node.status.draining && node.status.ports_free > 0;
    if (takes_calls && processes.insert(ProcessOf(address, node)).second) candidates.push_back(address);
  }
  if (!candidates.empty()) {
    std::rotate(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(turn_++ % candidates.size()),
                candidates.end());
  }
  return candidates;
}

}  // namespace benari::control
