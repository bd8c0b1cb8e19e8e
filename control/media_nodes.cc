#include "control/media_nodes.h"

#include <algorithm>

namespace benari::control {

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
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [&address](const auto& node) { return node.second.up && node.first != address; });
}

MediaNodes::Counts MediaNodes::Count() const {
  Counts counts;
  for (const auto& [address, node] : nodes_) {
    ++(!node.up ? counts.down : node.status.draining ? counts.draining : counts.up);
  }
  return counts;
}

std::vector<std::string> MediaNodes::Candidates() {
  std::vector<std::string> candidates;
  for (const auto& [address, node] : nodes_) {
    if (node.up && node.listed && !node.status.draining && node.status.ports_free > 0)
      candidates.push_back(address);
  }
  if (!candidates.empty()) {
    std::rotate(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(turn_++ % candidates.size()),
                candidates.end());
  }
  return candidates;
}

}  // namespace benari::control
