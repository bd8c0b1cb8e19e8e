#include "control/loop/when_all.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

asio::awaitable<void> WhenAll(asio::any_io_executor executor, asio::awaitable<void> first,
                              asio::awaitable<void> second) {
  auto one = asio::co_spawn(executor, std::move(first), asio::deferred);
  auto two = asio::co_spawn(executor, std::move(second), asio::deferred);
  auto group = asio::experimental::make_parallel_group(std::move(one), std::move(two));
  auto waiting = group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  const auto [order, first_error, second_error] = co_await std::move(waiting);
  if (first_error) std::rethrow_exception(first_error);
  if (second_error) std::rethrow_exception(second_error);
}

asio::awaitable<void> WhenAll(asio::any_io_executor executor, std::vector<asio::awaitable<void>> coroutines) {
  std::optional<asio::awaitable<void>> all;
  for (asio::awaitable<void>& one : coroutines) {
    if (!all.has_value()) {
      all.emplace(std::move(one));
    } else {
      asio::awaitable<void> both = WhenAll(executor, *std::move(all), std::move(one));
      all.emplace(std::move(both));
    }
  }
  if (all.has_value()) co_await *std::move(all);
}

}  // namespace benari::control
