#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/ari/client.h"
#include "control/call/call_facts.h"

namespace benari::control {

// Asks Asterisk about a channel and keeps what it says: for when its events may have been lost. Nothing, or
// why Asterisk did not answer. Never throws.
boost::asio::awaitable<std::optional<ari::Error>> AskAfter(ari::Client& ari, std::string place,
                                                           CallFacts& facts);

// For undoing: throws ari::Error while Asterisk is not connected, unless the process ends. What would be
// undone is looked at first once it is back.
void ThrowIfAway(const KnownFacts& known);

// For undoing: hangs up a channel; one that is not there (404) is hung up already. Throws ari::Error, and as
// ThrowIfAway.
boost::asio::awaitable<void> HangUpChannel(ari::Client& ari, const CallFacts& facts, std::string channel_id,
                                           std::string reason);
// As HangUpChannel, with a normal clearing, for the channel that is in a place by now, unless it is known to
// be gone.
boost::asio::awaitable<void> HangUpPlace(ari::Client& ari, const CallFacts& facts, std::string place);

}  // namespace benari::control
