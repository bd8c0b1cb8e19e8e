#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/ari/client.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Handles requests to Asterisk without a response, which is no failure of the call: waits until Asterisk
// answers, after which the call checks its state and retries. Media nodes may have become unreachable
// together with Asterisk, and return shortly after it; so does one that died and is started again. Confined
// to the control loop.
class Outage {
 public:
  Outage(const CallContext& context, CallFacts& facts, CallJournal& journal)
      : context_(context), facts_(facts), journal_(journal) {}

  // Waits until Asterisk is connected and the facts are up to date. Throws CallOver if the call has to end.
  boost::asio::awaitable<void> WaitUntilOver(ari::Error error);
  // Waits one second, but no longer than nodes may return or the call goes on. Never throws.
  boost::asio::awaitable<void> Pause();

  // To be called when Asterisk answers late: nodes may have been cut off meanwhile as well.
  void OnLateAnswer();
  // To be called when media was lost and there is no node that could replace it.
  void OnMediaLost(const std::string& media_id);
  // Returns true while nodes that are not reachable may still return.
  bool NodesMayReturn() const { return context_.timers.Now() < NodesReturnBy(); }

 private:
  Clock::Time NodesReturnBy() const { return std::max(after_outage_, after_loss_); }

  const CallContext& context_;
  CallFacts& facts_;
  CallJournal& journal_;
  Clock::Time after_outage_{};  // until when nodes may return
  Clock::Time after_loss_{};    // likewise
  std::string lost_;            // the media that OnMediaLost was called for last
};

}  // namespace benari::control
