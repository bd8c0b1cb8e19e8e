#include "control/service/report.h"

#include <algorithm>
#include <utility>

namespace benari::control {

namespace {
constexpr std::chrono::milliseconds kUntilStarted{50};  // between two looks at a service that starts
}

Report::Report(boost::asio::io_context& loop, std::function<State()> state)
    : state_(std::move(state)), timer_(loop) {}

void Report::Start() {
  if (!manager_.interval()) return;
  started_ = std::chrono::steady_clock::now();
  Tick();
}

void Report::Tick() {
  const State state = state_();
  manager_.Tick(state.status);
  if (state.serves || std::chrono::steady_clock::now() - started_ >= kStartedAfter) manager_.Ready();
  timer_.expires_after(manager_.ready() ? *manager_.interval()
                                        : std::min(*manager_.interval(), kUntilStarted));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Tick();
  });
}

}  // namespace benari::control
