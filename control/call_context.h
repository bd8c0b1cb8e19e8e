#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "control/ari/client.h"
#include "control/call_config.h"
#include "control/call_history.h"
#include "control/ids.h"
#include "control/lease_keeper.h"
#include "control/media_client.h"
#include "control/media_nodes.h"
#include "control/metrics.h"
#include "control/timers.h"

namespace benari::control {

// What every call uses; outlives all of them.
struct CallContext {
  boost::asio::any_io_executor executor;
  ari::Client& ari;
  MediaClient& media;
  MediaNodes& nodes;
  LeaseKeeper& keeper;
  Timers& timers;
  Metrics& metrics;
  CallHistory& history;
  const Ids& ids;
  const CallConfig& config;
};

}  // namespace benari::control
