#include "control/app/sweep.h"

#include "absl/strings/match.h"
#include "common/log.h"
#include "control/ari/removal.h"

namespace benari::control {

namespace asio = boost::asio;

Sweep::Orphans Sweep::Find(const Snapshot& snapshot,
                           const std::function<bool(const ResourceId&)>& is_owned) const {
  Orphans orphans;
  for (const auto& [id, channel] : snapshot.channels) {
    const auto parsed = ids_.Parse(id);
    const bool far_half = absl::EndsWith(id, ";2");  // goes with its near half
    if (parsed.has_value() && !far_half && !is_owned(*parsed)) orphans.channels.push_back({id});
  }
  for (const auto& [id, bridge] : snapshot.bridges) {
    const auto parsed = ids_.Parse(id);
    if (parsed.has_value() && !is_owned(*parsed)) orphans.bridges.push_back(id);
  }
  return orphans;
}

asio::awaitable<void> Sweep::Remove(Orphans orphans) {
  for (const auto& [id, reason] : orphans.channels) {
    if (hooks_.is_in_use(id)) continue;
    try {
      const bool was_there = co_await ari::HangUpIfThere(ari_, id, reason);
      if (was_there) Removed("channel", id);
    } catch (const ari::Error& error) {
      log::Warning("sweep failed", {{"channel", id}, {"why", error.what()}});
      hooks_.on_failed(id);
    }
  }
  for (const std::string& id : orphans.bridges) {
    if (hooks_.is_in_use(id)) continue;
    try {
      const bool was_there = co_await ari::DestroyIfThere(ari_, id);
      if (was_there) Removed("bridge", id);
    } catch (const ari::Error& error) {
      log::Warning("sweep failed", {{"bridge", id}, {"why", error.what()}});
      hooks_.on_failed(id);
    }
  }
}

void Sweep::Removed(const char* what, const std::string& id) {
  log::Warning("swept", {{what, id}});
  metrics_.swept.Increment();
}

}  // namespace benari::control
