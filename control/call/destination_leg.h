#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/media_leg.h"
#include "control/call/outage.h"
#include "control/call/partners.h"
#include "control/call/undo_stack.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Whom to dial.
struct Dialing {
  std::vector<std::string> endpoints;  // all at once; at least one
  std::string caller_id;               // shown to them
  std::chrono::seconds timeout{30};    // of their ringing
  bool bot_stays = false;              // the caller hears its bot, while that talks, and no ringback
};

// The leg to the destination, which dials it with a ringback for the caller, and then connects the caller
// with it. Of several endpoints the first one that answers is the destination; the others are hung up.
// All operations throw ari::Error, or CallOver when the call has to end.
// Confined to the control loop.
class DestinationLeg {
 public:
  DestinationLeg(const CallContext& context, const std::string& call_id, int number, CallFacts& facts,
                 UndoStack& undo, Partners& partners, const MediaLeg& media, Outage& outage,
                 CallJournal& journal);

  // Sets whom Dial dials from now on; before that it is the destination of the settings. Whoever was dialled
  // before must have gone.
  void Use(Dialing dialing);
  // Completes once the destination has answered; a call that is adopted may have dialled it already.
  // Meanwhile the caller hears the ringback of the settings. CallOver has the reason why it was not reached;
  // of several endpoints that of the first one that Asterisk has dialled.
  boost::asio::awaitable<void> Dial();
  // Hangs up whom Dial has dialled, and ends the ringback, also after a Dial that has thrown: the caller is
  // alone again. Throws CallOver.
  boost::asio::awaitable<void> Drop();
  // Connects caller and destination until one of them hangs up, which throws CallOver.
  boost::asio::awaitable<void> Talk();

  // Sets what is called with each change of the facts while Dial or Talk waits. Empty: nothing.
  void set_on_news(std::function<void()> on_news) { on_news_ = std::move(on_news); }

  // To be called in a call that is adopted: the channel with this number exists; nullopt: there is none.
  void Adopt(std::optional<int> number);
  // Returns true once one that was dialled has answered.
  bool HasAnswered() const;
  bool dialled() const { return attempts_[chosen_].dialled; }
  // The destination's place: the id of the channel that is, or will be, dialled; of several that of the first
  // until one has answered.
  const std::string& place() const { return attempts_[chosen_].place; }
  // The place of the nth of Dialing::endpoints.
  const std::string& place_of(size_t nth) const { return attempts_[nth].place; }
  // Returns true while the nth has gone unheard, as Asterisk was away: Dial is about to dial it again.
  bool IsLost(size_t nth) const { return IsLost(attempts_[nth]); }
  // Returns true for the place of the destination, and of those that were dialled with it.
  bool Owns(const std::string& place) const;

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  // One channel.
  struct Attempt {
    std::string endpoint;
    std::string place;
    bool dialled = false;
    bool refused = false;                      // by Asterisk, which may have dialled it all the same
    int dialled_after_reconnects = 0;          // of the event stream
    std::optional<UndoStack::Handle> hang_up;  // nullopt: not dialled, or hung up
  };

  Awaitable<void> Originate(Attempt& attempt);
  Awaitable<void> OriginateAll();
  Awaitable<bool> AwaitAnswer();
  Awaitable<bool> WaitUntil(std::function<bool()> settled, Clock::Time deadline);
  Awaitable<bool> WaitAndTell(std::function<bool()> settled, Clock::Time deadline);
  Awaitable<void> AskAfter(std::string place);
  void Choose();
  Awaitable<void> HangUpOthers();
  Awaitable<void> HangUp(Attempt& attempt);
  Awaitable<void> StopRingback();
  void DeferHangUp(Attempt& attempt);
  bool DialAnewWhatWasLost();
  void DialAnew(Attempt& attempt);
  int NextNumber();
  const ChannelFacts& FactsOf(const Attempt& attempt) const { return facts_.channel(attempt.place); }
  bool AllAreGone() const;
  bool HearsBot() const { return dialing_.bot_stays && media_.BotTalks(); }
  bool IsLost(const Attempt& attempt) const;
  bool WasAwaySinceDialled(const Attempt& attempt) const {
    return facts_.known().reconnects != attempt.dialled_after_reconnects;
  }

  const CallContext& context_;
  const std::string call_id_;
  CallFacts& facts_;
  UndoStack& undo_;
  Partners& partners_;
  const MediaLeg& media_;
  Outage& outage_;
  CallJournal& journal_;
  Dialing dialing_;
  int last_number_;                // of a place
  std::vector<Attempt> attempts_;  // never empty
  size_t chosen_ = 0;              // of them
  bool ringback_ = false;          // the caller may hear it
  std::function<void()> on_news_;
  uint64_t told_changes_ = 0;  // of the facts, as of the last call of on_news_
};

}  // namespace benari::control
