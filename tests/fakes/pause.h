#pragma once

#include <boost/asio/awaitable.hpp>

#include "control/loop/timers.h"

namespace benari::fakes {

// Completes after `duration` by `timers`, on the awaiting coroutine's executor. Not to be cancelled.
boost::asio::awaitable<void> Pause(control::Timers& timers, Clock::Duration duration);

}  // namespace benari::fakes
