#include "media/lease/port_pool.h"

#include <algorithm>
#include <functional>

namespace benari::media {

namespace {
constexpr uint8_t kMostFailures = 8;  // counted: the rest grows no further
}

PortPool::PortPool(PortRange range, Clock::Duration quarantine)
    : range_(range), quarantine_(quarantine), ports_(range.size()) {
  free_.reserve(range.size());
  for (uint32_t port = range.min; port <= range.max; ++port) free_.emplace_back(0, port);  // a heap already
}

std::optional<uint16_t> PortPool::Take(Clock::Time now) {
  EndRests(now);
  if (free_.empty()) return std::nullopt;
  std::pop_heap(free_.begin(), free_.end(), std::greater<>());
  const uint16_t port = free_.back().second;
  free_.pop_back();
  At(port).taken = true;
  ++in_use_;
  return port;
}

bool PortPool::Return(uint16_t port, Clock::Time now) {
  if (!GiveBack(port)) return false;
  At(port).failures = 0;
  quarantined_.emplace_back(now + quarantine_, port);
  return true;
}

bool PortPool::ReturnUnbound(uint16_t port, Clock::Time now) {
  if (!GiveBack(port)) return false;
  uint8_t& failures = At(port).failures;
  unavailable_.emplace(now + std::min(kFirstRest * (1 << failures), kLongestRest), port);
  failures = std::min<uint8_t>(failures + 1, kMostFailures);
  return true;
}

bool PortPool::GiveBack(uint16_t port) {
  if (port < range_.min || port > range_.max || !At(port).taken) return false;
  At(port).taken = false;
  --in_use_;
  return true;
}

size_t PortPool::free(Clock::Time now) {
  EndRests(now);
  return free_.size();
}

size_t PortPool::quarantined(Clock::Time now) {
  EndRests(now);
  return quarantined_.size();
}

size_t PortPool::unavailable(Clock::Time now) {
  EndRests(now);
  return unavailable_.size();
}

void PortPool::EndRests(Clock::Time now) {
  while (!quarantined_.empty() && quarantined_.front().first <= now) {
    Free(quarantined_.front().second);
    quarantined_.pop_front();
  }
  while (!unavailable_.empty() && unavailable_.begin()->first <= now) {
    Free(unavailable_.begin()->second);
    unavailable_.erase(unavailable_.begin());
  }
}

void PortPool::Free(uint16_t port) {
  free_.emplace_back(At(port).failures, port);
  std::push_heap(free_.begin(), free_.end(), std::greater<>());
}

}  // namespace benari::media
