#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/call/call_bridge.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/outage.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Joins the caller with one leg of its call at a time, and again whenever somebody parts them. Confined to
// the control loop.
class Partners {
 public:
  // What the caller is joined with.
  struct Leg {
    std::string place;  // of its channel
    bool stays;         // it was there before the caller: see CallBridge::Join
  };

  Partners(const CallContext& context, const std::string& call_id, CallFacts& facts, CallBridge& bridge,
           Outage& outage, CallJournal& journal)
      : context_(context),
        caller_(call_id),
        facts_(facts),
        bridge_(bridge),
        outage_(outage),
        journal_(journal) {}

  // Where the dial plan has not: as soon as there is something to hear, and not for who is refused. Throws
  // ari::Error, CallOver.
  boost::asio::awaitable<void> AnswerCaller();
  // The caller hears ringing, and nothing else until StopRingback. Asterisk's refusal is only logged.
  boost::asio::awaitable<void> Ring();
  // The caller hears the ringback of the settings, as after Ring.
  boost::asio::awaitable<void> StartRingback();
  // Does nothing if the caller has gone. Throws ari::Error; the caller may then still hear the ringback.
  boost::asio::awaitable<void> StopRingback();
  // They may hear each other already, and are not parted then, whatever becomes of the request. Throws as
  // AnswerCaller.
  boost::asio::awaitable<void> Join(Leg leg);
  // The caller has left the bridge, or the leg has: it is about to hang up, or was replaced by a transfer, or
  // somebody else moved it, and the other one hears nothing. Joins them unless one is gone. Throws as
  // AnswerCaller.
  boost::asio::awaitable<void> Reunite(Leg leg);

  // False while they do not hear each other, or somebody took a place since they were joined.
  bool AreJoined(const std::string& place) const { return BothIn(place) && !Transferred(); }

 private:
  bool BothIn(const std::string& place) const {
    return facts_.channel(caller_).in_bridge && facts_.channel(place).in_bridge;
  }
  bool Transferred() const { return facts_.known().transfers != joined_after_transfers_; }

  const CallContext& context_;
  const std::string caller_;  // its place
  CallFacts& facts_;
  CallBridge& bridge_;
  Outage& outage_;
  CallJournal& journal_;
  int joined_after_transfers_ = 0;
};

}  // namespace benari::control
