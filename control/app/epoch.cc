#include "control/app/epoch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "control/loop/wake_up.h"
#include "control/loop/when_all.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kAskAgain(100);
}  // namespace

asio::awaitable<std::map<std::string, NodeLease>> Epoch::Claim() {
  const auto since_1970 = context_.timers.WallNow().time_since_epoch();
  uint64_t epoch =
      static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count());
  std::map<std::string, NodeLease> leases;
  std::vector<Awaitable<void>> all;
  for (const auto& [address, node] : context_.nodes.nodes()) all.push_back(Meet(address, &epoch, &leases));
  Awaitable<void> met_all = WhenAll(context_.executor, std::move(all));
  co_await std::move(met_all);
  context_.media.RaiseEpoch(epoch);
  claimed_ = true;
  co_return std::move(leases);
}

asio::awaitable<void> Epoch::Meet(std::string address, uint64_t* epoch,
                                  std::map<std::string, NodeLease>* leases) {
  try {
    const NodeSessions held = co_await context_.media.ListSessions(address);
    if (held.owner_epoch < kMaxEpoch) *epoch = std::max(*epoch, held.owner_epoch + 1);
    for (const SessionInfo& session : held.sessions)
      (*leases)[session.lease_id] = NodeLease{address, session};
  } catch (const MediaError& error) {
    log::Warning("media node does not answer", {{"node", address}, {"why", error.what()}});
  }
}

asio::awaitable<std::string> Epoch::FindSuccessor(Clock::Duration silence, Clock::Duration standby_patience) {
  std::string successor;
  if (!claimed_) co_return successor;
  const bool was_cut_off = silence >= standby_patience;
  const Clock::Time give_up = context_.timers.Now() + (was_cut_off ? context_.keeper.options().nodes_return()
                                                                   : Clock::Duration::zero());
  std::set<std::string> silent;
  for (const auto& [address, node] : context_.nodes.nodes()) silent.insert(address);
  while (true) {
    std::vector<Awaitable<void>> all;
    for (const std::string& address : silent) all.push_back(Ask(address, &silent, &successor));
    Awaitable<void> asked_all = WhenAll(context_.executor, std::move(all));
    co_await std::move(asked_all);
    if (!successor.empty() || silent.empty() || context_.timers.Now() >= give_up) co_return successor;
    co_await Sleep(context_.executor, context_.timers, kAskAgain);
  }
}

asio::awaitable<void> Epoch::Ask(std::string address, std::set<std::string>* silent, std::string* successor) {
  try {
    const NodeSessions held = co_await context_.media.ListSessions(address);
    silent->erase(address);
    if (held.owner_epoch > context_.media.epoch() &&
        held.owner_silence < context_.keeper.options().other_gone_after)
      *successor = absl::StrCat("media node ", address, " is in use by a later instance");
  } catch (const MediaError&) {
    // Asked again, or not known.
  }
}

}  // namespace benari::control
