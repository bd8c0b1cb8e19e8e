#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/call_context.h"
#include "control/call_mailbox.h"
#include "control/undo_stack.h"

namespace benari::control {

// The mixing bridge of one call, made when it is first needed. Confined to the control loop.
class CallBridge {
 public:
  CallBridge(const CallContext& context, const std::string& call_id, CallMailbox& mailbox, UndoStack& undo);

  // Of a call that is adopted: it is there already. Answers its undo.
  UndoStack::Handle TakeOver();
  bool made() const { return made_; }
  boost::asio::awaitable<void> Create();

  // Puts the caller, unless it is in already, and another channel in with one request; done when Asterisk
  // told that they are in, or that the other one is gone. Throws ari::Error, or CallOver when the call ends
  // meanwhile.
  boost::asio::awaitable<void> Join(std::string channel_id);

 private:
  boost::asio::awaitable<std::optional<ari::Error>> Add(std::vector<std::string> channels,
                                                        Clock::Time give_up);
  boost::asio::awaitable<void> Destroy();

  const CallContext& context_;
  const std::string caller_id_;
  const std::string id_;
  CallMailbox& mailbox_;
  UndoStack& undo_;
  bool made_ = false;  // or asked for: then its undo is registered
};

}  // namespace benari::control
