#include "common/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace benari {

namespace {

constexpr std::chrono::milliseconds kStatusInterval{1000};
// A missed call or two must not end the service.
constexpr int kCallsPerWatchdog = 4;
constexpr std::chrono::seconds kTimeToStop{10};  // from each Tick on

}  // namespace

ServiceManager::ServiceManager() {
  if (std::getenv("NOTIFY_SOCKET") == nullptr) return;
  interval_ = kStatusInterval;
  uint64_t watchdog_us = 0;
  if (sd_watchdog_enabled(/*unset_environment=*/0, &watchdog_us) <= 0) return;
  const auto watchdog =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(watchdog_us));
  interval_ = std::clamp(watchdog / kCallsPerWatchdog, std::chrono::milliseconds(1), kStatusInterval);
}

void ServiceManager::Tick(absl::string_view status) { Send(absl::StrCat("WATCHDOG=1\n", News(status))); }
void ServiceManager::TickWithoutWatchdog(absl::string_view status) { Send(News(status)); }

void ServiceManager::Ready() {
  if (ready_) return;
  ready_ = true;
  Send("READY=1");
}

void ServiceManager::Reloading() {
  if (ready_) Send("RELOADING=1");
}

void ServiceManager::Reloaded() {
  if (ready_) Send("READY=1");
}

void ServiceManager::Stopping() {
  stopping_ = true;
  Send("STOPPING=1");
}

std::string ServiceManager::News(absl::string_view status) {
  std::string news;
  if (status != status_) {
    status_ = std::string(status);
    news = absl::StrCat("STATUS=", absl::StrReplaceAll(status, {{"\n", " "}}), "\n");
  }
  if (stopping_)
    absl::StrAppend(&news, "EXTEND_TIMEOUT_USEC=", std::chrono::microseconds(kTimeToStop).count(), "\n");
  return news;
}

void ServiceManager::Send(absl::string_view assignments) const {
  if (interval_ && !assignments.empty()) sd_notify(/*unset_environment=*/0, std::string(assignments).c_str());
}

}  // namespace benari
