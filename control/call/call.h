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
#include "control/call/outbound_caller.h"
#include "control/call/partners.h"
#include "control/call/playback_leg.h"
#include "control/call/undo_stack.h"
#include "control/call/webhook_settings.h"
#include "control/record/call_journal.h"
#include "control/record/call_phase.h"

namespace benari::control {

// What an earlier process created for a call, as found in Asterisk and media; facts have the rest.
struct AdoptedState {
  std::optional<Clock::Duration> bridge_age;  // nullopt: there is no bridge
  std::vector<int> media_numbers;             // of the ExternalMedia channels, the newest last
  std::optional<Lease> lease;                 // of the newest media, if its session still runs
  std::optional<BotInfo> bot;                 // of that session, if it runs one
  std::optional<int> destination;             // number of its channel

  // Returns true if nothing has been created for the caller yet.
  bool nothing() const {
    return !bridge_age.has_value() && media_numbers.empty() && !destination.has_value();
  }
};

// One caller in the Stasis application, from StasisStart to the last undo step: runs the flow, or what the
// call is redirected to over the API, and then undoes everything that was created. Confined to the control
// loop.
class Call {
 public:
  Call(const CallContext& context, CallIdentity identity, CallConfig config, int destination_number = 1);

  // Runs the call to its end and undoes everything. To be called once. Never throws.
  boost::asio::awaitable<void> Run();
  // Instead of Run: lets a caller go that is not admitted. Never throws.
  boost::asio::awaitable<void> Refuse(Refusal refusal);
  // To be called before Run in a call that the API has asked for: dials, and runs the document.
  void DialOut(Dialing dialing, twiml::Source source);
  // Asterisk has connected whom such a call has dialled; `arguments` are those that it was dialled with.
  void OnOutboundAnswer(const std::vector<std::string>& arguments);
  // To be called before Run with the resources that exist already.
  void Adopt(const AdoptedState& found);

  // Ends the call, as asked over the API; first a bot that is heard is played out (--bot_drain_on_hangup).
  void HangUp();
  // Reports a transfer by phone: `newcomer` has replaced `left`, the caller or the destination.
  void OnTransfer(const std::string& left, const std::string& newcomer);

  // OK if the caller may be connected with this number, name or SIP URI; else as TransferEndpoint.
  absl::Status MayTransferTo(const std::string& address) const {
    return TransferEndpoint(config_.webhook, address, identity_.called).status();
  }

  const std::string& id() const { return id_; }
  const std::string& destination() const { return destination_.place(); }
  CallFacts& facts() { return facts_; }
  const CallFacts& facts() const { return facts_; }
  CallJournal& journal() { return journal_; }
  CallPhase phase() const { return journal_.phase(); }
  CallOutcome outcome() const { return outcome_; }
  Clock::Time started() const { return started_; }
  const CallMedia& media() const { return media_; }
  // Returns true for a channel or bridge that this call created or requested; false if another process did so
  // with the id of this call.
  bool Owns(const ResourceId& resource) const;
  // Once the call has ended: if every undo step succeeded, and the reason of the caller's hang-up.
  bool undone() const { return undone_; }
  const std::string& caller_reason() const { return caller_reason_; }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<CallOver> RunFlow();
  Awaitable<void> FollowRedirect();
  bool BotStays(const twiml::Source& next) const;
  Awaitable<void> Release(CallOver over);
  Awaitable<void> PauseUndo(bool last);
  Awaitable<void> LetCallerGo();
  Awaitable<void> ContinueInDialplan(std::string caller);

  CallConfig config_;
  const CallContext context_;
  const CallIdentity identity_;
  const std::string id_;  // the channel id of the first caller, which names the caller's place
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
  PlaybackLeg playback_;
  OutboundCaller outbound_;          // dials in a call that the API has asked for
  bool caller_may_be_gone_ = false;  // Asterisk refused a request; the event with the cause may follow
  CallOutcome outcome_ = CallOutcome::kFailed;
  std::string caller_reason_;
  std::optional<BotResult> bot_result_;  // set if the caller continues in the dial plan, which reads it
  bool undone_ = true;
};

}  // namespace benari::control
