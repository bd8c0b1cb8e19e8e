#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <vector>

namespace benari::control {

// Runs two coroutines concurrently, each to its end, and then throws the exception of the first, or else of
// the second: a request is never cancelled because the other one failed.
boost::asio::awaitable<void> WhenAll(boost::asio::any_io_executor executor,
                                     boost::asio::awaitable<void> first, boost::asio::awaitable<void> second);

// Runs any number of coroutines in the same way.
boost::asio::awaitable<void> WhenAll(boost::asio::any_io_executor executor,
                                     std::vector<boost::asio::awaitable<void>> coroutines);

}  // namespace benari::control
