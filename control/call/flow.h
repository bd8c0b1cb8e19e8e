#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "control/call/call_config.h"
#include "control/call/destination_leg.h"
#include "control/call/media_leg.h"
#include "control/call/playback_leg.h"
#include "control/record/call_journal.h"

namespace benari::control {

// The parts of one call that a flow uses.
struct Legs {
  MediaLeg& media;
  DestinationLeg& destination;
  PlaybackLeg& playback;
  CallFacts& facts;  // to wait, and to throw CallOver when the call has to end
  CallJournal& journal;
  Metrics& metrics;
  const CallIdentity& identity;
  const Clock& clock;
  const CallConfig& settings;
  bool redirected;  // over the API: what is there of the call before is not to be gone on with
};

// The treatment of a caller, as one coroutine that reads like a dial plan. A call that is adopted runs the
// same code, in which the legs skip the steps that are done. Returns, or throws CallOver, when the call is
// over. Confined to the control loop.
class Flow {
 public:
  virtual ~Flow() = default;
  virtual boost::asio::awaitable<void> Run(Legs& legs) = 0;
};

}  // namespace benari::control
