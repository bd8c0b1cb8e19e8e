#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/undo_stack.h"

namespace benari::control {

// The mixing bridge of one call, made when it is first needed. Confined to the control loop.
class CallBridge {
 public:
  CallBridge(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo);

  // Of a call that is adopted: it is there already. Answers its undo.
  UndoStack::Handle Adopt();
  bool made() const { return made_; }
  boost::asio::awaitable<void> Create();

  // Connects two channels with one addChannel request that names `stays` first. A channel that is in the
  // bridge already leaves and enters it again: one that kept the translation path of its previous partner may
  // hear nothing of the next (deploy/asterisk/README.md, "One-way audio"). So each change of a partner goes
  // through here. Channels of previous partners must have been hung up; waits until they have left.
  // Done when Asterisk reported both as entered, or one of them as gone. Throws ari::Error, or CallOver when
  // the call ends meanwhile.
  boost::asio::awaitable<void> Join(std::string stays, std::string newcomer);

 private:
  boost::asio::awaitable<std::optional<ari::Error>> Add(std::vector<std::string> places, Clock::Time give_up);
  boost::asio::awaitable<void> WaitForOthersToLeave(std::string stays, std::string newcomer);
  boost::asio::awaitable<bool> AskWhoIsIn();
  boost::asio::awaitable<void> Destroy();

  const CallContext& context_;
  const std::string id_;
  CallFacts& facts_;
  UndoStack& undo_;
  bool made_ = false;  // or asked for: then its undo is registered
};

}  // namespace benari::control
