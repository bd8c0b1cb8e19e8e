#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/call/call_bridge.h"
#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/undo_stack.h"
#include "control/record/call_journal.h"

namespace benari::control {

// What a caller is joined with in media: a lease, the ExternalMedia channel that sends to it, and the session
// on it, which runs a processor. Both have the same id. When it is lost, another one takes its place.
// Confined to the control loop.
class CallMedia {
 public:
  CallMedia(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo,
            CallBridge& bridge, CallJournal& journal);

  // What sessions run from now on. Media that runs something else is outdated, and lost.
  void Use(Processor processor);
  // Leases a port, makes the channel (and the bridge, if there is none) and joins them, unless it HoldsBack;
  // with another lease when media fails. Throws MediaError when there is no media to be had, ari::Error, or
  // CallOver.
  boost::asio::awaitable<void> Make();
  // Makes another one in its place, and then undoes the old one. When it fails the old one stays: it may
  // still be heard. Throws as Make.
  boost::asio::awaitable<void> Replace();
  // True if media that was lost runs all the same, as after a cut between this process and its node. Its
  // lease is renewed again. Never throws.
  boost::asio::awaitable<bool> Regain();
  // Ends what it runs: channel, session and port go back now, not at the end of the call.
  boost::asio::awaitable<void> Drop();

  // Of a call that is adopted, or whose caller had an earlier one: numbers that were not used before are
  // taken from here on. The channels of `numbers` are there. The last one is the media; without a lease, or
  // outside the bridge, it is lost, and gets replaced.
  void Adopt(const std::vector<int>& numbers, const std::optional<Lease>& lease,
             const std::optional<BotInfo>& bot);
  // Hangs up the others: what a process left that died as it replaced one by another.
  boost::asio::awaitable<void> DropOlder();

  bool made() const { return !now_.id.empty(); }
  bool lost() const;
  bool outdated() const { return outdated_; }
  bool RunsBot() const { return processor_.has_value() && std::holds_alternative<Bot>(*processor_); }
  // The caller is not answered, and not joined with it, before its bot is ready.
  bool HoldsBack() const;
  // No audio of the caller has arrived in this call so far. A call that is adopted counts as heard.
  bool never_heard() const { return heard_.empty(); }
  const std::string& id() const { return now_.id; }
  const std::string& node() const { return now_.lease.node; }
  // When the caller was to be joined with its media for the first time: since then it may hear it.
  const std::optional<Clock::Time>& join_asked() const { return join_asked_; }
  // True of numbers that this call asked for, or adopted; false where another process did under its id.
  bool Owns(int number) const { return adopted_.contains(number) || (number > first_ && number <= number_); }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  struct Media {
    std::string id;  // empty: none
    Lease lease;
    std::optional<UndoStack::Handle> release_port;
    std::optional<UndoStack::Handle> hang_up;
    std::optional<BotInfo> bot;  // as it was last reported
  };

  Awaitable<void> MakeOnce();
  Awaitable<void> LeasePort();
  Awaitable<void> StartSession(Endpoint rtp_from);
  Awaitable<Endpoint> MakeChannel();
  Awaitable<void> CreateExternalMedia(Endpoint* rtp_from);
  Awaitable<void> Undo(Media media);
  Awaitable<void> ReleasePort(std::string node, std::string lease_id);
  void DeferHangUp();
  UndoStack::Handle DeferRelease(const std::string& node, const std::string& lease_id);
  void Keep(bool for_bot);
  void OnSession(const SessionEvent& event);
  void OnBot(const std::optional<BotInfo>& bot);
  void OnMediaFlowing();
  const CallContext& context_;
  const std::string call_id_;
  CallFacts& facts_;
  UndoStack& undo_;
  CallBridge& bridge_;
  CallJournal& journal_;
  std::optional<Processor> processor_;  // nullopt: the flow has not said yet
  bool outdated_ = false;
  Media now_;
  std::vector<UndoStack::Handle> older_;  // their channels' hang-ups
  int number_ = 0;                        // of the newest media
  int first_ = 0;                         // numbers up to this one may be another process's
  std::set<int> adopted_;                 // numbers
  Clock::Time began_;
  std::optional<Clock::Time> join_asked_;
  std::string heard_;  // id of the media that the caller heard last; empty: it heard none yet
};

}  // namespace benari::control
