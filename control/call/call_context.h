#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "control/ari/client.h"
#include "control/call/call_config.h"
#include "control/loop/timers.h"
#include "control/nodes/lease_keeper.h"
#include "control/nodes/media_client.h"
#include "control/nodes/media_nodes.h"
#include "control/record/call_history.h"
#include "control/record/ids.h"
#include "control/record/metrics.h"

namespace benari::control {

class Flow;

// Creates the flow of a call with these settings.
using FlowFactory = std::function<std::unique_ptr<Flow>(const CallConfig& settings)>;

// The objects that all calls use. They outlive every call.
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
  const FlowFactory& make_flow;
  const CallConfig& config;  // of the flags, or of one call: see With

  CallContext With(const CallConfig& other) const {
    return {executor, ari, media, nodes, keeper, timers, metrics, history, ids, make_flow, other};
  }
};

}  // namespace benari::control
