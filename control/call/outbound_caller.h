#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/destination_leg.h"
#include "control/record/call_identity.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Whom control calls because the API has asked for it: it is dialled, and in the place of the caller from
// then on. Its undo is that of every caller. Confined to the control loop.
class OutboundCaller {
 public:
  OutboundCaller(const CallContext& context, const CallIdentity& identity, CallFacts& facts,
                 CallJournal& journal)
      : context_(context), identity_(identity), facts_(facts), journal_(journal) {}

  // Sets whom Dial dials. In a call that is adopted an earlier process has dialled.
  void Use(Dialing dialing) { dialing_ = std::move(dialing); }
  // Dials, and completes when it has answered. CallOver has the reason why it was not reached. Throws
  // ari::Error.
  boost::asio::awaitable<void> Dial();

 private:
  boost::asio::awaitable<void> Originate();
  boost::asio::awaitable<void> AwaitAnswer();
  bool Rings() const;

  const CallContext& context_;
  const CallIdentity& identity_;
  CallFacts& facts_;
  CallJournal& journal_;
  std::optional<Dialing> dialing_;
  bool requested_ = false;
};

}  // namespace benari::control
