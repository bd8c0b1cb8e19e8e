#include "control/flow/echo_then_dial.h"

#include <utility>

namespace benari::control {

namespace asio = boost::asio;

namespace {

// Returns the end of the echo. Before its start: Time::min() if there is to be no echo, else Time::max().
Clock::Time EchoEnd(const Legs& legs) {
  const auto& echo_time = legs.settings.echo_time;
  const auto& began = legs.media.began();
  if (!echo_time.has_value()) return Clock::Time::max();
  if (!began.has_value()) return echo_time->count() == 0 ? Clock::Time::min() : Clock::Time::max();
  return *began + *echo_time;
}

}  // namespace

asio::awaitable<void> EchoThenDial::Run(Legs& legs) {
  if (!legs.destination.dialled()) {
    if (EchoEnd(legs) > legs.clock.Now()) {
      Processor echo = Echo();
      co_await legs.media.Start(std::move(echo));
      legs.journal.EnterPhase(CallPhase::kEcho);
      co_await legs.media.Until(EchoEnd(legs));
    }
    co_await legs.facts.WaitUntilResynced();  // the next steps need Asterisk, the echo does not
    legs.facts.ThrowIfEnding();
  }
  co_await legs.media.Drop();
  co_await legs.destination.Dial();
  co_await legs.destination.Talk();
}

}  // namespace benari::control
