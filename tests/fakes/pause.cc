#include "tests/fakes/pause.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace benari::fakes {

namespace asio = boost::asio;

asio::awaitable<void> Pause(control::Timers& timers, Clock::Duration duration) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const Clock::Time when = timers.Now() + duration;
  std::unique_ptr<control::Timer> timer;
  const auto initiate = [&](auto handler) {
    const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    timer = timers.CallAt(when, [shared, executor] { asio::post(executor, std::move(*shared)); });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
}

}  // namespace benari::fakes
