#include "common/net/backoff.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace benari::net {

using std::chrono::milliseconds;

Backoff::Backoff(milliseconds min, milliseconds max, std::function<double()> random)
    : min_(std::max(min, milliseconds(1))),
      max_(std::max(max, min_)),
      random_(std::move(random)),
      ceiling_(min_) {}

milliseconds Backoff::Next() {
  const milliseconds half = ceiling_ / 2;
  const double jitter_ms = random_() * static_cast<double>((ceiling_ - half).count());
  ceiling_ = ceiling_ > max_ / 2 ? max_ : ceiling_ * 2;
  return half + milliseconds(static_cast<int64_t>(jitter_ms));
}

void Backoff::Reset() { ceiling_ = min_; }

}  // namespace benari::net
