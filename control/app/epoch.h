#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "control/app/snapshot.h"
#include "control/call/call_context.h"

namespace benari::control {

// The epoch of this instance: media nodes refuse requests with an earlier one than they have seen. Confined
// to the control loop.
class Epoch {
 public:
  explicit Epoch(const CallContext& context) : context_(context) {}

  // The first words with the nodes: sets an epoch above that of every earlier instance. What the nodes hold
  // of our owner, by lease id.
  boost::asio::awaitable<std::map<std::string, NodeLease>> Claim();

  // Whether a later instance has taken over while this one could not be told: asks all nodes, and those that
  // do not answer again for as long as `patience`, as they come back one by one after a cut. Why so; empty: no
  // node knows of one. Never throws.
  boost::asio::awaitable<std::string> FindSuccessor(Clock::Duration patience);

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> Meet(std::string address, uint64_t* epoch, std::map<std::string, NodeLease>* leases);
  Awaitable<void> Ask(std::string address, std::set<std::string>* silent, std::string* successor);

  const CallContext& context_;
  bool claimed_ = false;
};

}  // namespace benari::control
