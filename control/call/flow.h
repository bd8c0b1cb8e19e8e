#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "control/call/call_config.h"
#include "control/call/destination_leg.h"
#include "control/call/media_leg.h"
#include "control/record/call_journal.h"

namespace benari::control {

// What a flow composes. All of it belongs to one call.
struct Legs {
  MediaLeg& media;
  DestinationLeg& destination;
  CallFacts& facts;  // waits, and throws CallOver when the call has to end
  CallJournal& journal;
  Metrics& metrics;
  const CallIdentity& identity;
  const Clock& clock;
  const CallConfig& settings;
};

// What a caller is put through: one coroutine that reads like a dial plan. A call that is adopted runs the
// same lines, and the legs skip what is there. Returns, or throws CallOver, when the call is over. Confined
// to the control loop.
class Flow {
 public:
  virtual ~Flow() = default;
  virtual boost::asio::awaitable<void> Run(Legs& legs) = 0;
};

}  // namespace benari::control
