#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <list>
#include <string>

namespace benari::control {

// What must be undone before a call is over. A step is registered before the thing it undoes is made, so
// undoing what never came to be has to be success. Steps run in reverse order, each to its end; one that
// throws is tried again after a pause, and twice more at the end, then reported, and the next one runs
// anyway. Confined to the control loop.
class UndoStack {
 public:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;
  using Step = std::function<Awaitable<void>()>;
  // Completes when a step that has failed may be tried again; `last`: after all other steps.
  using Pause = std::function<Awaitable<void>(bool last)>;
  using OnFailure = std::function<void(const std::string& step, const std::string& what)>;

  // Names a registered step until it has run.
  class Handle {
   private:
    friend class UndoStack;
    struct Entry {
      std::string name;
      Step step;
      bool postponed = false;  // failed before, and waits at the front
    };
    std::list<Entry>::iterator entry_;
  };

  UndoStack(Pause pause, OnFailure on_failure)
      : pause_(std::move(pause)), on_failure_(std::move(on_failure)) {}

  Handle Defer(std::string name, Step step);
  // Runs one step ahead of time, once; false when it failed. Its handle is void afterwards.
  Awaitable<bool> RunNow(Handle handle);
  // What it would undo was never asked for. The handle is void afterwards.
  void Forget(Handle handle) { entries_.erase(handle.entry_); }
  // Tries once more what failed before; what fails again stays for RunAll.
  Awaitable<void> RetryFailed();
  // Runs everything, the youngest first.
  Awaitable<void> RunAll();
  bool empty() const { return entries_.empty(); }

 private:
  Awaitable<std::string> Try(const Handle::Entry& entry);

  Pause pause_;
  OnFailure on_failure_;
  std::list<Handle::Entry> entries_;
};

}  // namespace benari::control
