#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "media/io/io_engine.h"

namespace benari::media {

// io_uring(7): each socket has one receive request that lasts (multishot), which takes its buffers from a
// ring of them. One system call a window, however many packets, sends what goes back and waits for the next;
// with little traffic, or a command waiting, what goes back is sent at once. Owned by one worker: the thread
// of the first RunOnce.
//
// UNIMPLEMENTED: not built with liburing. UNAVAILABLE: this kernel (6.1 is needed) or container does not
// let us; the message says why. RESOURCE_EXHAUSTED: no memory or descriptor left. `clock` outlives the
// engine.
absl::StatusOr<std::unique_ptr<IoEngine>> NewIoUringEngine(const Clock& clock, Clock::Duration batch_window);

}  // namespace benari::media
