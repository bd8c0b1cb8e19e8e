#include "control/undo_stack.h"

#include <iterator>

namespace benari::control {

UndoStack::Handle UndoStack::Defer(std::string name, Step step) {
  entries_.push_back({std::move(name), std::move(step)});
  Handle handle;
  handle.entry_ = std::prev(entries_.end());
  return handle;
}

UndoStack::Awaitable<void> UndoStack::RunNow(Handle handle) {
  // Off the list first: a step that runs is never run again, not even when RunAll comes meanwhile.
  const Handle::Entry entry = std::move(*handle.entry_);
  entries_.erase(handle.entry_);
  std::string failure;
  try {
    co_await entry.step();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (!failure.empty()) on_failure_(entry.name, failure);
}

UndoStack::Awaitable<void> UndoStack::RunAll() {
  while (!entries_.empty()) {
    Handle last;
    last.entry_ = std::prev(entries_.end());
    co_await RunNow(last);
  }
}

}  // namespace benari::control
