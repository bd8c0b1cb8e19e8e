#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/outage.h"
#include "control/call/partners.h"
#include "control/call/undo_stack.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Whom to dial.
struct Dialing {
  std::string endpoint;
  std::string caller_id;             // shown to it
  std::chrono::seconds timeout{30};  // of its ringing
};

// The leg to the destination, which dials it with a ringback for the caller, and then connects
// the caller with it.
// All operations throw ari::Error, or CallOver when the call has to end.
// Confined to the control loop.
class DestinationLeg {
 public:
  DestinationLeg(const CallContext& context, const std::string& call_id, int number, CallFacts& facts,
                 UndoStack& undo, Partners& partners, Outage& outage, CallJournal& journal);

  // Sets whom Dial dials from now on; before that it is the destination of the settings. Whoever was dialled
  // before must have gone.
  void Use(Dialing dialing);
  // Completes once the destination has answered; a call that is adopted may have dialled it already.
  // Meanwhile the caller hears the ringback of the settings. CallOver has the reason why it was not reached.
  boost::asio::awaitable<void> Dial();
  // Hangs up whom Dial has dialled, and ends the ringback, also after a Dial that has thrown: the caller is
  // alone again. Throws CallOver.
  boost::asio::awaitable<void> Drop();
  // Connects caller and destination until one of them hangs up, which throws CallOver.
  boost::asio::awaitable<void> Talk();

  // To be called in a call that is adopted: the channel with this number exists; nullopt: there is none.
  void Adopt(std::optional<int> number);
  bool dialled() const { return hang_up_.has_value(); }
  // The destination's place: the id of the channel that is, or will be, dialled.
  const std::string& place() const { return place_; }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> Originate();
  Awaitable<bool> AwaitAnswer();
  Awaitable<void> AskAfterIt();
  Awaitable<void> StopRingback();
  void DeferHangUp();
  void DialAnew();
  void NextPlace();
  bool WasAwaySinceDialled() const { return facts_.known().reconnects != dialled_after_reconnects_; }

  const CallContext& context_;
  const std::string call_id_;
  CallFacts& facts_;
  UndoStack& undo_;
  Partners& partners_;
  Outage& outage_;
  CallJournal& journal_;
  Dialing dialing_;
  std::string place_;
  std::optional<UndoStack::Handle> hang_up_;  // of whom was dialled; nullopt: nobody was
  bool ringback_ = false;                     // the caller may hear it
  int dialled_after_reconnects_ = 0;          // of the event stream
};

}  // namespace benari::control
