#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace benari {

// The receiving end of sd_notify(3), in place of systemd: NOTIFY_SOCKET of this process names it, and so that
// of the processes started meanwhile. Thread-safe.
class NotifySocket {
 public:
  NotifySocket();
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;

  const std::string& path() const { return path_; }

  // Waits for an assignment that begins with `text`, of those after `*position`, which moves behind it.
  // Returns false after a minute.
  bool WaitFor(const std::string& text, size_t* position);
  std::vector<std::string> Assignments() const;  // one each, such as READY=1, in their order

 private:
  void Read();

  const std::string path_;
  int socket_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> assignments_;
  std::thread reader_;
};

}  // namespace benari
