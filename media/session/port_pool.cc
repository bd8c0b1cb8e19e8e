#include "media/session/port_pool.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace benari::media {

PortPool::PortPool(PortRange range, Clock::Duration quarantine)
    : range_(range), quarantine_(quarantine), free_(range.size()), taken_(range.size()) {
  std::iota(free_.begin(), free_.end(), range.min);  // ascending, so a heap already
}

std::optional<uint16_t> PortPool::Take(Clock::Time now) {
  EndQuarantines(now);
  if (free_.empty()) return std::nullopt;
  std::pop_heap(free_.begin(), free_.end(), std::greater<>());
  const uint16_t port = free_.back();
  free_.pop_back();
  Taken(port) = true;
  ++in_use_;
  return port;
}

bool PortPool::Return(uint16_t port, Clock::Time now) {
  if (port < range_.min || port > range_.max || !Taken(port)) return false;
  Taken(port) = false;
  --in_use_;
  quarantined_.emplace_back(now + quarantine_, port);
  return true;
}

size_t PortPool::free(Clock::Time now) {
  EndQuarantines(now);
  return free_.size();
}

size_t PortPool::quarantined(Clock::Time now) {
  EndQuarantines(now);
  return quarantined_.size();
}

void PortPool::EndQuarantines(Clock::Time now) {
  while (!quarantined_.empty() && quarantined_.front().first <= now) {
    free_.push_back(quarantined_.front().second);
    std::push_heap(free_.begin(), free_.end(), std::greater<>());
    quarantined_.pop_front();
  }
}

}  // namespace benari::media
