#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/call/undo_stack.h"
#include "control/record/call_identity.h"

namespace benari::control {

// The mixing bridge of one call, created when it is first needed. Confined to the control loop.
class CallBridge {
 public:
  CallBridge(const CallContext& context, const CallIdentity& call, CallFacts& facts, UndoStack& undo);

  // To be called in a call that is adopted, whose bridge exists. Returns the handle of its undo step.
  UndoStack::Handle Adopt();
  bool made() const { return made_; }
  boost::asio::awaitable<void> Create();

  // Connects two channels with one addChannel request that names `stays` first. A channel that is in the
  // bridge already leaves and enters it again: with the translation path of its previous partner it might not
  // hear the next one (deploy/asterisk/README.md, "One-way audio"), so every change of a partner uses Join.
  // The channels of previous partners must have been hung up; waits until they have left. Completes when
  // Asterisk has reported both channels as entered, or one as gone. Throws ari::Error, or CallOver if the
  // call ends meanwhile.
  boost::asio::awaitable<void> Join(std::string stays, std::string newcomer);

 private:
  boost::asio::awaitable<std::optional<ari::Error>> Add(std::vector<std::string> places, Clock::Time give_up);
  boost::asio::awaitable<void> WaitForOthersToLeave(std::string stays, std::string newcomer);
  boost::asio::awaitable<bool> AskWhoIsIn();
  boost::asio::awaitable<void> Destroy();

  const CallContext& context_;
  const std::string id_;
  const std::string name_;
  CallFacts& facts_;
  UndoStack& undo_;
  bool made_ = false;  // or requested: its undo step is registered
};

}  // namespace benari::control
