#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "control/app/snapshot.h"
#include "control/ari/client.h"
#include "control/record/ids.h"
#include "control/record/metrics.h"

namespace benari::control {

// Removes orphaned channels and bridges: those with our prefix that belong to no call, left by a request that
// took effect after its deadline, or by a process that died. Confined to the control loop.
class Sweep {
 public:
  struct Hooks {
    std::function<void(const std::string& id)> on_failed;  // could not be removed
    std::function<bool(const std::string& id)> is_in_use;  // a call took it over since it was found
  };

  Sweep(ari::Client& ari, const Ids& ids, Metrics& metrics, Hooks hooks)
      : ari_(ari), ids_(ids), metrics_(metrics), hooks_(std::move(hooks)) {}

  struct Channel {
    std::string id;
    std::string reason = "normal";  // of its hang-up
  };
  struct Orphans {
    std::vector<Channel> channels;
    std::vector<std::string> bridges;
  };
  // `is_owned` returns true for a resource of a call that is running, or ended just before.
  Orphans Find(const Snapshot& snapshot, const std::function<bool(const ResourceId&)>& is_owned) const;

  // Removes them one after the other, except those that are in use by then. Failures are logged, and retried
  // by a later sweep. Counts the resources that existed. Never throws.
  boost::asio::awaitable<void> Remove(Orphans orphans);

 private:
  void Removed(const char* what, const std::string& id);

  ari::Client& ari_;
  const Ids& ids_;
  Metrics& metrics_;
  const Hooks hooks_;
};

}  // namespace benari::control
