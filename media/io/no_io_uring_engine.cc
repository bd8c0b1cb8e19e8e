// Built where liburing is not.
#include "media/io/io_uring_engine.h"

namespace benari::media {

absl::StatusOr<std::unique_ptr<IoEngine>> NewIoUringEngine(const Clock& /*clock*/,
                                                           Clock::Duration /*batch_window*/) {
  return absl::UnimplementedError("benari-media was built without liburing");
}

}  // namespace benari::media
