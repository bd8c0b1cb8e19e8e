#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
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

// The leg that joins the caller with media, which runs a processor and is replaced when its node fails. A
// flow starts it, waits, and drops it. All operations throw ari::Error, or CallOver when the call has to end.
// Confined to the control loop.
class MediaLeg {
 public:
  MediaLeg(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo,
           CallMedia& media, Partners& partners, Outage& outage, CallJournal& journal);

  // Starts the processor; the caller hears it when this completes, or once its bot is ready (--bot_answer).
  // In a call that is adopted it may run already. If another one has finished, Until replaces that.
  boost::asio::awaitable<void> Start(Processor processor);
  // Keeps caller and media joined until `end`; completes earlier when the processor has finished, or when
  // media was lost and cannot be replaced.
  boost::asio::awaitable<void> Until(Clock::Time end);
  // Sets what Until calls when a bot is ready for the first time. Empty: nothing.
  void set_on_bot_ready(std::function<void()> on_ready) { bot_.set_on_ready(std::move(on_ready)); }
  // Releases channel, session and port, if it was started.
  boost::asio::awaitable<void> Drop();

  // To be called in a call that is adopted: the caller may have heard the processor since `began`.
  void AdoptBegan(Clock::Time began) { began_ = began; }
  // Returns true from Start, or the adoption of media, until Drop.
  bool made() const { return media_.made(); }
  // Returns true while caller and bot hear each other.
  bool BotTalks() const;
  // The time since which the caller hears the processor; nullopt: not yet.
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
  const std::string caller_;  // the caller's place
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
