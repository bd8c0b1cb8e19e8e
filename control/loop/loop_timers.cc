#include "control/loop/loop_timers.h"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

namespace {

class LoopTimer : public Timer {
 public:
  LoopTimer(const asio::any_io_executor& executor, Clock::Time when, std::function<void()> function)
      : timer_(executor, when), state_(std::make_shared<std::function<void()>>(std::move(function))) {
    // A cancelled wait may already be on its way with success: the state decides, not the error code.
    timer_.async_wait([weak = std::weak_ptr(state_)](const boost::system::error_code&) {
      if (const auto state = weak.lock()) (*state)();
    });
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> state_;
};

}  // namespace

std::unique_ptr<Timer> LoopTimers::CallAt(Time when, std::function<void()> function) {
  return std::make_unique<LoopTimer>(executor_, when, std::move(function));
}

}  // namespace benari::control
