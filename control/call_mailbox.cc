#include "control/call_mailbox.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

void CallMailbox::Tell(const std::function<void(CallNews&)>& change) {
  change(news_);
  Wake();
}

bool CallMailbox::Ending() { return caller_gone() || news_.bridge_gone || news_.stop; }

void CallMailbox::StillUp() {
  if (caller_gone()) throw CallOver(CallOutcome::kCallerHungUp, "normal", "the caller hung up");
  if (news_.stop) throw CallOver(CallOutcome::kStopped, "normal", "this process ends");
  if (news_.bridge_gone)
    throw CallOver(CallOutcome::kFailed, "congestion", "the bridge was destroyed by somebody else");
}

void CallMailbox::Wake() {
  if (auto waiter = std::exchange(waiter_, nullptr)) waiter();
}

asio::awaitable<bool> CallMailbox::WaitUntil(std::function<bool()> condition, Clock::Time deadline) {
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

}  // namespace benari::control
