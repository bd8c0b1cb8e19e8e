#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/call/bot_care.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/call_media.h"
#include "control/call/outage.h"
#include "control/call/partners.h"
#include "control/call/undo_stack.h"
#include "control/record/call_journal.h"

namespace benari::control {

// The caller joined with media that runs a processor, and is replaced by other media when its node dies. A
// flow starts it, waits, and drops it. All verbs throw ari::Error, or CallOver when the call has to end.
// Confined to the control loop.
class MediaLeg {
 public:
  MediaLeg(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo,
           CallMedia& media, Partners& partners, Outage& outage, CallJournal& journal);

  // The caller hears the processor from here on, or from when its bot is ready (--bot_answer); in a call that
  // is adopted it may do so already. Once another one has finished, Until puts this one in its place.
  boost::asio::awaitable<void> Start(Processor processor);
  // Keeps them together until then; returns earlier when the processor has finished, or media was lost and
  // there is no other.
  boost::asio::awaitable<void> Until(Clock::Time end);
  // Ends it, if it was started: channel, session and port go back now.
  boost::asio::awaitable<void> Drop();

  // Of a call that is adopted: the caller may have heard it since then.
  void AdoptBegan(Clock::Time began) { began_ = began; }
  // When the caller began to hear it; nullopt: not yet.
  const std::optional<Clock::Time>& began() const { return began_; }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> Make();
  Awaitable<void> Join();
  Awaitable<bool> Replace();
  bool IsApart() const;
  bool Unheard() const;

  const CallContext& context_;
  const std::string caller_;  // its place
  CallFacts& facts_;
  UndoStack& undo_;
  CallMedia& media_;
  Partners& partners_;
  Outage& outage_;
  CallJournal& journal_;
  BotCare bot_;
  std::optional<Clock::Time> began_;
};

}  // namespace benari::control
