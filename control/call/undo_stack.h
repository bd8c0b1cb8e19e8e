#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <list>
#include <string>

namespace benari::control {

// The steps that undo a call. A step is registered before the resource that it undoes is created, so it has
// to succeed if the resource was never created. Steps run in reverse order, each to its end; one that throws
// is retried after a pause and twice more after all others, and is then reported. It does not stop the other
// steps. Confined to the control loop.
class UndoStack {
 public:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;
  using Step = std::function<Awaitable<void>()>;
  // Completes when a step that has failed may be retried; `last`: after all other steps.
  using Pause = std::function<Awaitable<void>(bool last)>;
  using OnFailure = std::function<void(const std::string& step, const std::string& what)>;

  // Identifies a registered step until it has run.
  class Handle {
   private:
    friend class UndoStack;
    struct Entry {
      std::string name;
      Step step;
      bool postponed = false;  // failed before, and is retried after all others
    };
    std::list<Entry>::iterator entry_;
  };

  UndoStack(Pause pause, OnFailure on_failure)
      : pause_(std::move(pause)), on_failure_(std::move(on_failure)) {}

  Handle Defer(std::string name, Step step);
  // Runs one step ahead of time, once; returns false if it failed. The handle is invalid afterwards.
  Awaitable<bool> RunNow(Handle handle);
  // Removes a step whose resource was never requested. The handle is invalid afterwards.
  void Forget(Handle handle) { entries_.erase(handle.entry_); }
  // Retries once the steps that have failed; those that fail again are left to RunAll.
  Awaitable<void> RetryFailed();
  // Runs all steps, the one registered last first.
  Awaitable<void> RunAll();
  bool empty() const { return entries_.empty(); }

 private:
  Awaitable<std::string> Try(const Handle::Entry& entry);

  Pause pause_;
  OnFailure on_failure_;
  std::list<Handle::Entry> entries_;
};

}  // namespace benari::control
