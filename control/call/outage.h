#pragma once

#include <boost/asio/awaitable.hpp>

#include "control/ari/client.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/record/call_journal.h"

namespace benari::control {

// A request of a call got no answer, which says nothing about the call: it waits, looks, and tries again.
// Media nodes may have been cut off together with Asterisk, and come back a moment after it. Confined to the
// control loop.
class Outage {
 public:
  Outage(const CallContext& context, CallFacts& facts, CallJournal& journal)
      : context_(context), facts_(facts), journal_(journal) {}

  // Waits until Asterisk is connected, and what happened meanwhile is known. Throws CallOver.
  boost::asio::awaitable<void> WaitUntilOver(ari::Error error);
  // One second, or until nodes are not expected back any more, or the call has to end. Never throws.
  boost::asio::awaitable<void> Pause();

  // Asterisk answers again after a while of silence, in which nodes were asked in vain.
  void OnLateAnswer();
  // Nodes that are not reached now may still be on their way back.
  bool NodesMayReturn() const { return context_.timers.Now() < nodes_return_by_; }

 private:
  const CallContext& context_;
  CallFacts& facts_;
  CallJournal& journal_;
  Clock::Time nodes_return_by_{};
};

}  // namespace benari::control
