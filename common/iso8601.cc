#include "common/iso8601.h"

#include "absl/time/time.h"

namespace benari {

std::string Iso8601(Clock::WallTime time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

}  // namespace benari
