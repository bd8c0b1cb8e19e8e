#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/call/call_bridge.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/outage.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Joins the caller with one leg of its call at a time, and again whenever they are separated. Confined to the
// control loop.
class Partners {
 public:
  // The leg that the caller is joined with.
  struct Leg {
    std::string place;  // of the leg's channel
    bool stays;         // true: the leg was in the bridge first, see CallBridge::Join
  };

  Partners(const CallContext& context, const std::string& call_id, CallFacts& facts, CallBridge& bridge,
           Outage& outage, CallJournal& journal)
      : context_(context),
        caller_(call_id),
        facts_(facts),
        bridge_(bridge),
        outage_(outage),
        journal_(journal) {}

  // Answers the caller unless the dial plan has. To be called when there is something to hear, not for a
  // caller that is refused. Throws ari::Error, CallOver.
  boost::asio::awaitable<void> AnswerCaller();
  // The caller hears ringing, and nothing else, until StopRingback. A refusal by Asterisk is only logged.
  boost::asio::awaitable<void> Ring();
  // The caller hears the ringback of the settings, as after Ring.
  boost::asio::awaitable<void> StartRingback();
  // Does nothing if the caller has gone. Throws ari::Error; the caller may then still hear the ringback.
  boost::asio::awaitable<void> StopRingback();
  // Joins caller and leg. If they hear each other already, a failure of the request does not separate them.
  // Throws as AnswerCaller does.
  boost::asio::awaitable<void> Join(Leg leg);
  // To be called when the caller or the leg has left the bridge: it is about to hang up, or was replaced by a
  // transfer, or was moved by another application, and the other one hears nothing. Joins them unless one is
  // gone. Throws as AnswerCaller does.
  boost::asio::awaitable<void> Reunite(Leg leg);

  // Returns false while caller and leg do not hear each other, and after a transfer since the last join.
  bool AreJoined(const std::string& place) const { return BothIn(place) && !Transferred(); }

 private:
  bool BothIn(const std::string& place) const {
    return facts_.channel(caller_).in_bridge && facts_.channel(place).in_bridge;
  }
  boost::asio::awaitable<void> Play(Ringback ringback);
  bool Transferred() const { return facts_.known().transfers != joined_after_transfers_; }

  const CallContext& context_;
  const std::string caller_;  // the caller's place
  CallFacts& facts_;
  CallBridge& bridge_;
  Outage& outage_;
  CallJournal& journal_;
  int joined_after_transfers_ = 0;
};

}  // namespace benari::control
