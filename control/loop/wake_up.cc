#include "control/loop/wake_up.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

void WakeUp::Wake() {
  if (auto waiter = std::exchange(waiter_, nullptr)) waiter();
}

void WakeUp::Abandon() {
  const auto waiter = std::exchange(waiter_, nullptr);  // may take this object along as it goes
}

asio::awaitable<bool> WakeUp::WaitUntil(std::function<bool()> condition, Clock::Time deadline) {
  while (!condition()) {
    if (timers_.Now() >= deadline) co_return false;
    std::unique_ptr<Timer> timer;
    if (deadline != Clock::Time::max()) timer = timers_.CallAt(deadline, [this] { Wake(); });
    auto initiate = [this](auto handler) {
      // A std::function wants to be copied, a completion handler cannot be.
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      waiter_ = [this, shared] { asio::post(executor_, [shared] { std::move (*shared)(); }); };
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate, asio::use_awaitable);
  }
  co_return true;
}

asio::awaitable<void> Sleep(asio::any_io_executor executor, Timers& timers, Clock::Duration length) {
  WakeUp wake_up(std::move(executor), timers);
  std::function<bool()> never = [] { return false; };
  const Clock::Time until = timers.Now() + length;
  co_await wake_up.WaitUntil(never, until);
}

}  // namespace benari::control
