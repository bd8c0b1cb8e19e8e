#pragma once

#include <boost/asio/awaitable.hpp>
#include <set>
#include <string>

#include "common/log_gate.h"
#include "control/app/call_table.h"
#include "control/app/snapshot.h"
#include "control/call/call_context.h"

namespace benari::control {

// Lists the channels and bridges of Asterisk, one list at a time; logs failures at a limited rate. Confined
// to the control loop.
class Lister {
 public:
  Lister(const CallContext& context, std::string app, const CallTable& table)
      : context_(context), app_(std::move(app)), table_(table) {}

  // Fills `snapshot`, without channels that ended meanwhile. Returns false if Asterisk could not be listed.
  // With `compare_clocks` it warns if the clocks differ.
  boost::asio::awaitable<bool> List(Snapshot* snapshot, bool compare_clocks);
  // To be called for each channel that ends or returns, also while a list is under way.
  void OnChannelGone(const std::string& id);
  void OnChannelBack(const std::string& id) { gone_.erase(id); }

 private:
  void SayWhatIsUnlisted(const std::string& why);

  const CallContext& context_;
  const std::string app_;
  const CallTable& table_;
  bool listing_ = false;
  std::set<std::string> gone_;  // channels that went while listing
  LogGate gate_{std::chrono::seconds(30)};
  std::string unlisted_;  // of the last list, see Snapshot
};

}  // namespace benari::control
