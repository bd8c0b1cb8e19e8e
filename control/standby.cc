#include "control/standby.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

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
  std::vector<std::string> addresses;
  for (const auto& [address, node] : nodes_.nodes()) addresses.push_back(address);
  bool answered = false;
  Clock::Time heard{};
  for (const std::string& address : addresses) {
    try {
      const NodeSessions held = co_await media_.ListSessions(address);
      answered = true;
      if (held.owner_epoch > 0) heard = std::max(heard, timers_.Now() - held.owner_silence);
    } catch (const MediaError&) {
      // A node that is gone has nothing to say.
    }
  }
  co_return answered ? heard : timers_.Now();
}

}  // namespace benari::control
