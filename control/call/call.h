#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/call/call_bridge.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/call_media.h"
#include "control/call/destination_leg.h"
#include "control/call/media_leg.h"
#include "control/call/outage.h"
#include "control/call/partners.h"
#include "control/call/undo_stack.h"
#include "control/record/call_journal.h"
#include "control/record/call_phase.h"

namespace benari::control {

// What an earlier process had made for a call, as found in Asterisk and media; facts are told the rest.
struct AdoptedState {
  std::optional<Clock::Duration> bridge_age;  // nullopt: there is no bridge
  std::vector<int> media_numbers;             // of the ExternalMedia channels, the newest last
  std::optional<Lease> lease;                 // of the newest media, where its session still runs
  std::optional<BotInfo> bot;                 // of that session, if it runs one
  std::optional<int> destination;             // number of its channel

  // True of a caller that nobody has served yet.
  bool nothing() const {
    return !bridge_age.has_value() && media_numbers.empty() && !destination.has_value();
  }
};

// One caller in the Stasis app, from StasisStart to the last thing undone: runs its flow, and undoes
// everything then. Confined to the control loop.
class Call {
 public:
  Call(const CallContext& context, CallIdentity identity, CallConfig config, int destination_number = 1);

  // Runs the call to its end and undoes everything. Never throws. Once.
  boost::asio::awaitable<void> Run();
  // Tells the caller that there is no room for it.
  boost::asio::awaitable<void> Refuse(Refusal refusal);
  // Before Run: what is there already.
  void Adopt(const AdoptedState& found);

  // A transfer by phone: `newcomer` takes the place of `left`, the caller or the destination.
  void OnTransfer(const std::string& left, const std::string& newcomer);

  const std::string& id() const { return id_; }
  const std::string& destination() const { return destination_.place(); }
  CallFacts& facts() { return facts_; }
  const CallFacts& facts() const { return facts_; }
  CallJournal& journal() { return journal_; }
  CallPhase phase() const { return journal_.phase(); }
  CallOutcome outcome() const { return outcome_; }
  Clock::Time started() const { return started_; }
  const CallMedia& media() const { return media_; }
  // True of a channel or bridge that this call made or asked for; false where another process did under its
  // id.
  bool Owns(const ResourceId& resource) const;
  // Once it has ended: nothing was left that it could not undo; what its caller was to be told.
  bool undone() const { return undone_; }
  const std::string& caller_reason() const { return caller_reason_; }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> Release(CallOver over);
  Awaitable<void> PauseUndo(bool last);
  Awaitable<void> LetCallerGo();
  Awaitable<void> ContinueInDialplan(std::string caller);

  const CallConfig config_;
  const CallContext context_;
  const CallIdentity identity_;
  const std::string id_;  // the channel id of whoever called first, and the caller's place
  const Clock::Time started_;
  CallFacts facts_;
  CallJournal journal_;
  UndoStack undo_;
  CallBridge bridge_;
  CallMedia media_;
  Outage outage_;
  Partners partners_;
  MediaLeg media_leg_;
  DestinationLeg destination_;
  bool caller_may_be_gone_ = false;  // Asterisk refused a request; why may be told later
  CallOutcome outcome_ = CallOutcome::kFailed;
  std::string caller_reason_;
  std::optional<BotResult> bot_result_;  // for the dial plan, where the caller goes on
  bool undone_ = true;
};

}  // namespace benari::control
