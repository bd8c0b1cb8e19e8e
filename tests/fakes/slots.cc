#include "tests/fakes/slots.h"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace benari::fakes {

namespace asio = boost::asio;

asio::awaitable<bool> Slots::Take(Clock::Time deadline) {
  if (free_ > 0) {
    --free_;
    co_return true;
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>();
  const auto initiate = [&](auto handler) {
    const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    waiter->done = [shared, executor](bool taken) {
      asio::post(executor, asio::append(std::move(*shared), taken));
    };
    std::weak_ptr<Waiter> weak = waiter;
    waiter->deadline = timers_.CallAt(deadline, [this, weak] {
      const auto late = weak.lock();
      if (late == nullptr) return;
      waiters_.erase(std::find(waiters_.begin(), waiters_.end(), late));
      late->done(false);
    });
    waiters_.push_back(waiter);
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(bool)>(initiate,
                                                                                      asio::use_awaitable);
}

void Slots::Release() {
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  const std::shared_ptr<Waiter> next = std::move(waiters_.front());
  waiters_.pop_front();
  next->deadline.reset();
  next->done(true);
}

}  // namespace benari::fakes
