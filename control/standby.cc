#include "control/standby.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "control/requests.h"
#include "control/wake_up.h"

namespace benari::control {

namespace asio = boost::asio;

Standby::Standby(asio::any_io_executor executor, MediaClient& media, const MediaNodes& nodes, Timers& timers,
                 std::chrono::milliseconds patience)
    : executor_(std::move(executor)), media_(media), nodes_(nodes), timers_(timers), patience_(patience) {}

asio::awaitable<void> Standby::WaitUntilNobodyServes() {
  Clock::Time heard = timers_.Now();
  while (timers_.Now() - heard < patience_) {
    co_await Sleep(executor_, timers_, patience_ / 10);
    const Clock::Time last = co_await LastHeard();
    heard = std::max(heard, last);
  }
}

asio::awaitable<Clock::Time> Standby::LastHeard() {
  std::optional<Clock::Time> heard;  // nothing: no node answered
  std::vector<asio::awaitable<void>> all;
  for (const auto& [address, node] : nodes_.nodes()) all.push_back(Ask(address, &heard));
  asio::awaitable<void> asked_all = All(executor_, std::move(all));
  co_await std::move(asked_all);
  co_return heard.value_or(timers_.Now());
}

asio::awaitable<void> Standby::Ask(std::string address, std::optional<Clock::Time>* heard) {
  try {
    const NodeSessions held = co_await media_.ListSessions(address);
    const Clock::Time last = held.owner_epoch > 0 ? timers_.Now() - held.owner_silence : Clock::Time{};
    *heard = std::max(heard->value_or(last), last);
  } catch (const MediaError&) {
    // A node that is gone has nothing to say.
  }
}

}  // namespace benari::control
