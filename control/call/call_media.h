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

// The media of one call: a lease, the ExternalMedia channel that sends to its port, and the session on it,
// which runs a processor. Lease and channel have the same id. Lost media is replaced. Confined to the control
// loop.
class CallMedia {
 public:
  CallMedia(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo,
            CallBridge& bridge, CallJournal& journal);

  // Sets the processor of all later sessions. Media that runs another one counts as lost.
  void Use(Processor processor);
  // Leases a port, creates the channel (and the bridge, if there is none) and joins the caller with it,
  // unless HoldsBack(); retries with another lease when media fails. Throws MediaError if no media is
  // available, ari::Error, or CallOver.
  boost::asio::awaitable<void> Make();
  // Makes new media, and then undoes the old. If that fails the old media stays: the caller may still hear
  // it. Throws as Make does.
  boost::asio::awaitable<void> Replace();
  // Returns true if media that was lost is in fact still running, as after a network failure between this
  // process and its node; its lease is then renewed again. Never throws.
  boost::asio::awaitable<bool> Regain();
  // Releases channel, session and port now instead of at the end of the call.
  boost::asio::awaitable<void> Drop();

  // To be called in a call that is adopted, or whose caller had an earlier one: later media has numbers that
  // were not used before. The channels of `numbers` exist, and the last one is the present media; without a
  // lease, or outside the bridge, it is lost and is replaced.
  void Adopt(const std::vector<int>& numbers, const std::optional<Lease>& lease,
             const std::optional<BotInfo>& bot);
  // Hangs up the older channels, left by a process that died while it replaced media.
  boost::asio::awaitable<void> DropOlder();

  bool made() const { return !now_.id.empty(); }
  bool lost() const;
  bool outdated() const { return outdated_; }
  bool RunsBot() const { return processor_.has_value() && std::holds_alternative<Bot>(*processor_); }
  // True while the caller is neither answered nor joined, as its bot is not ready (--bot_answer).
  bool HoldsBack() const;
  // True if no audio of the caller has arrived in this call yet. That of an adopted call counts as heard.
  bool never_heard() const { return heard_.empty(); }
  const std::string& id() const { return now_.id; }
  const std::string& node() const { return now_.lease.node; }
  // The time at which the caller was first joined with media: since then it may hear it.
  const std::optional<Clock::Time>& join_asked() const { return join_asked_; }
  // Returns true for numbers that this call requested or adopted; false for another process's.
  bool Owns(int number) const { return adopted_.contains(number) || (number > first_ && number <= number_); }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  struct Media {
    std::string id;  // empty: none
    Lease lease;
    std::optional<UndoStack::Handle> release_port;
    std::optional<UndoStack::Handle> hang_up;
    std::optional<BotInfo> bot;  // as last reported
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
  std::optional<Processor> processor_;  // nullopt: the flow has not set it yet
  bool outdated_ = false;
  Media now_;
  std::vector<UndoStack::Handle> older_;  // the hang-ups of older media channels
  int number_ = 0;                        // of the newest media
  int first_ = 0;                         // lower or equal numbers may belong to another process
  std::set<int> adopted_;                 // numbers
  Clock::Time began_;
  std::optional<Clock::Time> join_asked_;
  std::string heard_;  // id of the media that last received audio of the caller; empty: none did
};

}  // namespace benari::control
