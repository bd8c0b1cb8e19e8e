#include "control/requests.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

asio::awaitable<void> Both(asio::any_io_executor executor, asio::awaitable<void> first,
                           asio::awaitable<void> second) {
  auto one = asio::co_spawn(executor, std::move(first), asio::deferred);
  auto two = asio::co_spawn(executor, std::move(second), asio::deferred);
  auto group = asio::experimental::make_parallel_group(std::move(one), std::move(two));
  auto waiting = group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  const auto [order, first_error, second_error] = co_await std::move(waiting);
  if (first_error) std::rethrow_exception(first_error);
  if (second_error) std::rethrow_exception(second_error);
}

asio::awaitable<void> All(asio::any_io_executor executor, std::vector<asio::awaitable<void>> requests) {
  std::optional<asio::awaitable<void>> all;
  for (asio::awaitable<void>& one : requests) {
    if (!all.has_value()) {
      all.emplace(std::move(one));
    } else {
      asio::awaitable<void> both = Both(executor, *std::move(all), std::move(one));
      all.emplace(std::move(both));
    }
  }
  if (all.has_value()) co_await *std::move(all);
}

void ThrowIfAway(const CallNews& news) {
  if (news.away && !news.stop) throw ari::Error(ari::ErrorKind::kUnreachable, 0, "Asterisk is not connected");
}

asio::awaitable<bool> HangUpIfThere(ari::Client& ari, std::string channel_id, std::string reason) {
  try {
    co_await ari.HangUp(channel_id, reason);
    co_return true;
  } catch (const ari::Error& error) {
    if (!error.not_found()) throw;
  }
  co_return false;
}

asio::awaitable<bool> DestroyIfThere(ari::Client& ari, std::string bridge_id) {
  try {
    co_await ari.DestroyBridge(bridge_id);
    co_return true;
  } catch (const ari::Error& error) {
    if (!error.not_found()) throw;
  }
  co_return false;
}

asio::awaitable<std::optional<ari::Error>> AskAfter(ari::Client& ari, std::string place,
                                                    CallMailbox& mailbox) {
  const std::string channel_id = mailbox.ChannelIn(place);
  bool up = false, gone = false;
  std::optional<ari::Error> unanswered;
  try {
    const ari::Channel channel = co_await ari.GetChannel(channel_id);
    up = channel.state == "Up";
  } catch (const ari::Error& error) {
    gone = error.not_found();
    if (error.unanswered()) unanswered = error;
  }
  mailbox.Tell([&](CallNews& news) {
    ChannelNews& channel = news.channels[place];
    channel.up = channel.up || up;
    channel.started = channel.started || up;
    channel.gone = channel.gone || gone;
  });
  co_return unanswered;
}

}  // namespace benari::control
