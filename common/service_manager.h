#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace benari {

// What systemd is told of a unit of Type=notify, see sd_notify(3). Without NOTIFY_SOCKET in the environment
// nothing is sent. Confined to one thread.
class ServiceManager {
 public:
  ServiceManager();

  // Returns how often Tick is to be called; nullopt: nobody listens.
  std::optional<std::chrono::milliseconds> interval() const { return interval_; }
  // Sends `status` if it is another one, and that the caller's loop runs: called by that loop only. Without
  // it for WatchdogSec= systemd ends the service. While stopping, asks for more time as well.
  void Tick(absl::string_view status);
  // As Tick, but does not say that the loop runs.
  void TickWithoutWatchdog(absl::string_view status);

  void Ready();  // the service serves; later calls do nothing
  bool ready() const { return ready_; }
  void Reloading();  // until Reloaded, which does nothing unless the service was ready
  void Reloaded();
  void Stopping();

 private:
  void Send(absl::string_view assignments) const;
  std::string News(absl::string_view status);

  std::optional<std::chrono::milliseconds> interval_;
  bool ready_ = false;
  bool stopping_ = false;
  std::string status_;
};

}  // namespace benari
