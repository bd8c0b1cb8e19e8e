#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"

namespace benari {

// A bounded queue of text lines in front of a file descriptor, written by a thread of its own, so that a
// reader that hangs or is gone does not block the threads that log. Lines keep their order; those beyond the
// limit, or that cannot be written, are dropped and counted, and a line reports their number in their place.
// Exists until the process ends, since a blocked write cannot be ended. Thread-safe.
class LogQueue {
 public:
  // Formats the line that reports how many are missing. Called by the writing thread only.
  using DroppedLine = std::function<std::string(uint64_t count)>;

  LogQueue(int fd, size_t max_bytes, DroppedLine dropped_line);
  ~LogQueue() = delete;
  LogQueue(const LogQueue&) = delete;

  // `line` ends with '\n'. Never blocks for the descriptor.
  void Push(absl::string_view line) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until everything is written; returns false if that takes longer than `timeout`.
  bool Flush(std::chrono::milliseconds timeout) ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns the number of lines since the start that were never written.
  uint64_t dropped() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Batch {
    std::string text;
    uint64_t dropped_after = 0;
  };

  void Run();
  Batch Take() ABSL_LOCKS_EXCLUDED(mutex_);
  bool Write(absl::string_view* text) const;

  const int fd_;
  const size_t max_bytes_;
  const DroppedLine dropped_line_;
  mutable Mutex mutex_;
  CondVar changed_;
  Batch waiting_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace benari
