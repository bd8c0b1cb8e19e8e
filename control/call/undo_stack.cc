#include "control/call/undo_stack.h"

#include <iterator>

namespace benari::control {

namespace {
constexpr int kAttempts = 2;  // in a row
}

UndoStack::Handle UndoStack::Defer(std::string name, Step step) {
  entries_.push_back({std::move(name), std::move(step)});
  Handle handle;
  handle.entry_ = std::prev(entries_.end());
  return handle;
}

UndoStack::Awaitable<bool> UndoStack::RunNow(Handle handle) {
  // Removed first, so that the step is not run twice if RunAll is called meanwhile.
  Handle::Entry entry = std::move(*handle.entry_);
  entries_.erase(handle.entry_);
  const std::string failure = co_await Try(entry);
  if (failure.empty()) co_return true;
  if (entry.postponed) {
    on_failure_(entry.name, failure);
  } else {
    entry.postponed = true;
    entries_.push_front(std::move(entry));
  }
  co_return false;
}

// Runs the step. Returns the error; empty: none.
UndoStack::Awaitable<std::string> UndoStack::Try(const Handle::Entry& entry) {
  std::string failure;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0 || entry.postponed) co_await pause_(entry.postponed);
    try {
      co_await entry.step();
      co_return std::string();
    } catch (const std::exception& error) {
      failure = error.what();
    }
  }
  co_return failure;
}

UndoStack::Awaitable<void> UndoStack::RetryFailed() {
  std::list<Handle::Entry> failed;
  while (!entries_.empty() && entries_.front().postponed) {
    failed.splice(failed.end(), entries_, entries_.begin());
  }
  while (!failed.empty()) {
    const std::string failure = co_await Try(failed.front());
    if (failure.empty()) {
      failed.pop_front();
    } else {
      entries_.splice(entries_.begin(), failed, failed.begin());
    }
  }
}

UndoStack::Awaitable<void> UndoStack::RunAll() {
  while (!entries_.empty()) {
    Handle last;
    last.entry_ = std::prev(entries_.end());
    co_await RunNow(last);
  }
}

}  // namespace benari::control
