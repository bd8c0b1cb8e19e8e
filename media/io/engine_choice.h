#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "media/io/engine_kind.h"
#include "media/io/io_engine.h"

namespace benari::media {

struct Engines {
  std::vector<std::unique_ptr<IoEngine>> engines;
  EngineKind kind = EngineKind::kEpoll;  // what they are: not kAuto
  std::string no_io_uring;               // with kAuto and epoll: what was in the way
};

// Creates `count` engines of one kind. `clock` must outlive them.
absl::StatusOr<Engines> NewIoEngines(EngineKind kind, size_t count, const Clock& clock,
                                     Clock::Duration batch_window);

}  // namespace benari::media
