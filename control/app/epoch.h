#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "control/app/snapshot.h"
#include "control/call/call_context.h"

namespace benari::control {

// The epoch of this instance of our owner: a media node refuses requests with a lower epoch than it has seen.
// Confined to the control loop.
class Epoch {
 public:
  explicit Epoch(const CallContext& context) : context_(context) {}

  // Sets an epoch above that of every earlier instance, before any other request to the nodes. Returns the
  // leases that the nodes hold for our owner, by lease id.
  boost::asio::awaitable<std::map<std::string, NodeLease>> Claim();

  // Finds out whether a later instance has taken over while this one was cut off. Asks all nodes, and after
  // a silence of Asterisk in which a stand-by may have taken over again those that do not answer, since nodes
  // come back one by one after a cut. Returns the evidence; empty: no node has seen a later instance. Never
  // throws.
  boost::asio::awaitable<std::string> FindSuccessor(Clock::Duration silence,
                                                    Clock::Duration standby_patience);

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> Meet(std::string address, uint64_t* epoch, std::map<std::string, NodeLease>* leases);
  Awaitable<void> Ask(std::string address, std::set<std::string>* silent, std::string* successor);

  const CallContext& context_;
  bool claimed_ = false;
};

}  // namespace benari::control
