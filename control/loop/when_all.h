#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <vector>

namespace benari::control {

// Runs two coroutines at the same time, each to its end, and then throws what the first (or else the second)
// threw: a request is never torn because its neighbour failed.
boost::asio::awaitable<void> WhenAll(boost::asio::any_io_executor executor,
                                     boost::asio::awaitable<void> first, boost::asio::awaitable<void> second);

// The same with any number of them.
boost::asio::awaitable<void> WhenAll(boost::asio::any_io_executor executor,
                                     std::vector<boost::asio::awaitable<void>> coroutines);

}  // namespace benari::control
