#include "control/app/standby.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "control/loop/wake_up.h"
#include "control/loop/when_all.h"

namespace benari::control {

namespace asio = boost::asio;

Standby::Standby(asio::any_io_executor executor, MediaClient& media, ari::Client& ari,
                 const MediaNodes& nodes, Timers& timers, Options options)
    : executor_(std::move(executor)),
      media_(media),
      ari_(ari),
      nodes_(nodes),
      timers_(timers),
      options_(std::move(options)) {}

asio::awaitable<void> Standby::WaitUntilNobodyServes() {
  const Clock::Time began = timers_.Now();
  Clock::Time heard = began;
  int unanswered = 0;  // rounds in a row: one answer may be lost
  bool silent = false, asterisk_answers = false;
  while (!silent || !asterisk_answers) {
    const auto patience = options_.fenced && heard == began ? 2 * options_.renew_interval : options_.patience;
    asterisk_answers = false;
    if (silent) asterisk_answers = co_await AsteriskAnswers();
    if (!asterisk_answers) co_await Sleep(executor_, timers_, patience / 10);
    const std::optional<Clock::Time> last = co_await LastHeard();
    unanswered = last.has_value() ? 0 : unanswered + 1;
    heard = std::max(heard, last.value_or(unanswered > 1 ? timers_.Now() : heard));
    silent = unanswered == 0 && timers_.Now() - heard >= patience;
  }
}

asio::awaitable<bool> Standby::AsteriskAnswers() {
  try {
    const ari::Application application = co_await ari_.GetApplication(options_.app);
    co_return true;
  } catch (const ari::Error& error) {
    co_return !error.unanswered();
  }
}

asio::awaitable<std::optional<Clock::Time>> Standby::LastHeard() {
  std::optional<Clock::Time> heard;
  std::vector<asio::awaitable<void>> all;
  for (const auto& [address, node] : nodes_.nodes()) all.push_back(Ask(address, &heard));
  asio::awaitable<void> asked_all = WhenAll(executor_, std::move(all));
  co_await std::move(asked_all);
  co_return heard;
}

asio::awaitable<void> Standby::Ask(std::string address, std::optional<Clock::Time>* heard) {
  try {
    const NodeSessions held = co_await media_.ListSessions(address);
    const Clock::Time last = held.owner_epoch > 0 ? timers_.Now() - held.owner_silence : Clock::Time{};
    *heard = std::max(heard->value_or(last), last);
  } catch (const MediaError&) {
    // A node that does not answer says nothing.
  }
}

}  // namespace benari::control
