#include "control/call/ask_after.h"

#include <utility>

#include "control/ari/removal.h"

namespace benari::control {

namespace asio = boost::asio;

void ThrowIfAway(const KnownFacts& known) {
  if (known.away && !known.stop)
    throw ari::Error(ari::ErrorKind::kUnreachable, 0, "Asterisk is not connected");
}

asio::awaitable<void> HangUpChannel(ari::Client& ari, const CallFacts& facts, std::string channel_id,
                                    std::string reason) {
  ThrowIfAway(facts.known());
  co_await ari::HangUpIfThere(ari, channel_id, reason);
}

asio::awaitable<void> HangUpPlace(ari::Client& ari, const CallFacts& facts, std::string place) {
  if (facts.channel(place).gone) co_return;
  const std::string reason = "normal";
  const std::string channel_id = facts.ChannelIn(place);
  co_await HangUpChannel(ari, facts, channel_id, reason);
}

asio::awaitable<std::optional<ari::Error>> AskAfter(ari::Client& ari, std::string place, CallFacts& facts) {
  const std::string channel_id = facts.ChannelIn(place);
  bool up = false, gone = false;
  std::optional<ari::Error> unanswered;
  try {
    const ari::Channel channel = co_await ari.GetChannel(channel_id);
    up = channel.state == "Up";
  } catch (const ari::Error& error) {
    gone = error.not_found();
    if (error.unanswered()) unanswered = error;
  }
  if (up) facts.ChannelAnswered(place);
  if (up) facts.ChannelStarted(place);
  if (gone) facts.ChannelGone(channel_id, 0);
  co_return unanswered;
}

}  // namespace benari::control
