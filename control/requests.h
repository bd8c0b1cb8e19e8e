#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/ari/client.h"
#include "control/call_mailbox.h"

namespace benari::control {

// Runs two requests at the same time, each to its end, and then throws what the first (or else the second)
// threw: a request is never torn because its neighbour failed.
boost::asio::awaitable<void> Both(boost::asio::any_io_executor executor, boost::asio::awaitable<void> first,
                                  boost::asio::awaitable<void> second);

// The same with any number of them.
boost::asio::awaitable<void> All(boost::asio::any_io_executor executor,
                                 std::vector<boost::asio::awaitable<void>> requests);

// For undoing: throws ari::Error while Asterisk is not connected, unless the process ends. What would be
// undone is looked at first once it is back.
void ThrowIfAway(const CallNews& news);

// For undoing: what is not there (404) is undone, and the answer is false. Throws every other ari::Error.
boost::asio::awaitable<bool> HangUpIfThere(ari::Client& ari, std::string channel_id, std::string reason);
boost::asio::awaitable<bool> DestroyIfThere(ari::Client& ari, std::string bridge_id);

// Asks Asterisk about a channel and tells the mailbox: for when its events may have been lost. Nothing, or
// why Asterisk did not answer. Never throws.
boost::asio::awaitable<std::optional<ari::Error>> AskAfter(ari::Client& ari, std::string place,
                                                           CallMailbox& mailbox);

}  // namespace benari::control
