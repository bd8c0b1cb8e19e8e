#include "control/call/ask_after.h"

namespace benari::control {

namespace asio = boost::asio;

void ThrowIfAway(const CallNews& news) {
  if (news.away && !news.stop) throw ari::Error(ari::ErrorKind::kUnreachable, 0, "Asterisk is not connected");
}

asio::awaitable<std::optional<ari::Error>> AskAfter(ari::Client& ari, std::string place,
                                                    CallMailbox& mailbox) {
  const std::string channel_id = mailbox.ChannelIn(place);
  bool up = false, gone = false;
  std::optional<ari::Error> unanswered;
  try {
    const ari::Channel channel = co_await ari.GetChannel(channel_id);
    up = channel.state == "Up";
  } catch (const ari::Error& error) {
    gone = error.not_found();
    if (error.unanswered()) unanswered = error;
  }
  mailbox.Tell([&](CallNews& news) {
    ChannelNews& channel = news.channels[place];
    channel.up = channel.up || up;
    channel.started = channel.started || up;
    channel.gone = channel.gone || gone;
  });
  co_return unanswered;
}

}  // namespace benari::control
