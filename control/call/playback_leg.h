#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/outage.h"
#include "control/call/partners.h"
#include "control/call/undo_stack.h"
#include "control/record/call_journal.h"

namespace benari::control {

// What Asterisk plays to the caller while nobody else is heard, one sound after the other. All operations
// throw ari::Error, or CallOver when the call has to end. Confined to the control loop.
class PlaybackLeg {
 public:
  PlaybackLeg(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo,
              Partners& partners, Outage& outage, CallJournal& journal);

  // Answers the caller and plays `media` to its end, or until `end`. Returns false if Asterisk could not.
  boost::asio::awaitable<bool> Play(std::string media, Clock::Time end);
  // Stops what a Play that has thrown, or an earlier process, has left, if anything.
  boost::asio::awaitable<void> Drop();

  // An earlier process may have had something played.
  void Adopt() { adopted_ = true; }

 private:
  boost::asio::awaitable<bool> Start(std::string media);
  void DeferStop(const std::string& id);
  boost::asio::awaitable<void> Stop(std::string id);
  // Until the end of what was last asked for is reported, or may have been missed: Asterisk was away since it
  // had been connected `reconnects` times again.
  boost::asio::awaitable<void> AwaitEnd(int reconnects, Clock::Time until);

  const CallContext& context_;
  const std::string caller_;  // the caller's place
  // Of playbacks, by turns: one that was stopped may be reported to have ended once the next is asked for.
  const std::array<std::string, 2> ids_;
  size_t present_ = 0;  // of them
  CallFacts& facts_;
  UndoStack& undo_;
  Partners& partners_;
  Outage& outage_;
  CallJournal& journal_;
  bool adopted_ = false;                  // and what an earlier process began was not stopped yet
  std::vector<UndoStack::Handle> stops_;  // of what may be heard
};

}  // namespace benari::control
