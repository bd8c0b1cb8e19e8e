#include "media/node/housekeeper.h"

#include <algorithm>
#include <utility>

namespace benari::media {

namespace {
constexpr std::chrono::milliseconds kLongestWait{100};
}

void Housekeeper::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::Start(std::function<std::optional<Clock::Time>()> on_time) {
  thread_ = std::thread([this, on_time = std::move(on_time)] { Run(on_time); });
}

void Housekeeper::Post(std::vector<Task> tasks) {
  {
    MutexLock lock(&mutex_);
    std::move(tasks.begin(), tasks.end(), std::back_inserter(tasks_));
  }
  changed_.NotifyAll();
}

void Housekeeper::Post(Task task) {
  {
    MutexLock lock(&mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.NotifyAll();
}

void Housekeeper::Run(const std::function<std::optional<Clock::Time>()>& on_time) {
  std::vector<Task> tasks;
  Clock::Time until = std::chrono::steady_clock::now();
  while (TakeTasks(until, &tasks)) {
    for (Task& task : tasks) task();
    tasks.clear();
    const Clock::Time latest = std::chrono::steady_clock::now() + kLongestWait;
    until = std::min(on_time().value_or(latest), latest);
  }
}

bool Housekeeper::TakeTasks(Clock::Time until, std::vector<Task>* tasks) {
  MutexLock lock(&mutex_);
  while (tasks_.empty() && !stopping_ && std::chrono::steady_clock::now() < until) {
    changed_.WaitUntil(&mutex_, until);
  }
  tasks->swap(tasks_);
  return !stopping_ || !tasks->empty();
}

}  // namespace benari::media
