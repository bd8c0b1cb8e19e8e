#pragma once

#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "common/clock.h"
#include "common/mutex.h"

namespace benari::media {

// A thread for work that must not delay packets: answers of the workers, events, expiry of leases. Tasks run
// one at a time, in the order of Post. Thread-safe.
class Housekeeper {
 public:
  using Task = absl::AnyInvocable<void()>;

  ~Housekeeper() { Stop(); }

  // Starts the thread. It runs tasks, and `on_time` at least every 100 ms and at the time that it returned
  // last. Call once.
  void Start(std::function<std::optional<Clock::Time>()> on_time);
  // Runs the tasks that are posted and ends the thread. Tasks posted later are destroyed with the
  // housekeeper.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);
  void Post(std::vector<Task> tasks) ABSL_LOCKS_EXCLUDED(mutex_);
  void Post(Task task) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run(const std::function<std::optional<Clock::Time>()>& on_time);
  // Waits until there is something to do; false once all is done and the end has come.
  bool TakeTasks(Clock::Time until, std::vector<Task>* tasks) ABSL_LOCKS_EXCLUDED(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace benari::media
