#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/ari/client.h"
#include "control/call/call_facts.h"

namespace benari::control {

// Queries the state of a channel whose events may have been lost, and reports it to `facts`. Returns the
// error if Asterisk did not answer, else nullopt. Never throws.
boost::asio::awaitable<std::optional<ari::Error>> AskAfter(ari::Client& ari, std::string place,
                                                           CallFacts& facts);

// For undo steps: throws ari::Error while Asterisk is not connected, unless the process ends. Once Asterisk
// is connected again its channels are listed before a step is retried.
void ThrowIfAway(const KnownFacts& known);

// For undo steps: hangs up a channel; one that does not exist (404) counts as hung up. Throws ari::Error,
// also as ThrowIfAway does.
boost::asio::awaitable<void> HangUpChannel(ari::Client& ari, const CallFacts& facts, std::string channel_id,
                                           std::string reason);
// As HangUpChannel, with a normal clearing, for the channel that is in `place` now, unless that is known to
// be gone.
boost::asio::awaitable<void> HangUpPlace(ari::Client& ari, const CallFacts& facts, std::string place);

}  // namespace benari::control
