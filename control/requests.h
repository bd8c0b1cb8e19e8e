#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/ari/client.h"

namespace benari::control {

// Runs two requests at the same time, each to its end, and then throws what the first (or else the second)
// threw: a request is never torn because its neighbour failed.
boost::asio::awaitable<void> Both(boost::asio::any_io_executor executor, boost::asio::awaitable<void> first,
                                  boost::asio::awaitable<void> second);

// For undoing: what is not there (404) is undone. Throws every other ari::Error.
boost::asio::awaitable<void> HangUpIfThere(ari::Client& ari, std::string channel_id, std::string reason);
boost::asio::awaitable<void> DestroyIfThere(ari::Client& ari, std::string bridge_id);

}  // namespace benari::control
