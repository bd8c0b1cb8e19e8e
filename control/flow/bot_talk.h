#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/call/flow.h"

// A caller's time with a bot, as the flows have it. Confined to the control loop.
namespace benari::control {

// Joins the caller with the bot until one of them is done, or the longest time is over, which counts from
// `since`, or, without it, from when the caller first heard media; after that nobody is dialled. Throws as a
// flow.
boost::asio::awaitable<BotResult> TalkTo(Legs& legs, Bot bot,
                                         std::optional<Clock::Time> since = std::nullopt);

// As TalkTo, with the bot that is there already; `origin` of its URL is for the log.
boost::asio::awaitable<BotResult> TalkOn(Legs& legs, std::string origin, std::optional<Clock::Time> since);

// True if there was no talk, or it was broken off.
bool HasFailed(BotResult result);

// Ends the call after a bot with this result: hung up, or on in the dial plan. `why` is for the log.
[[noreturn]] void EndAfterBot(BotResult result, AfterBot next, const std::string& why);

}  // namespace benari::control
