#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/clock.h"
#include "control/nodes/media_nodes.h"
#include "control/nodes/media_stats.h"
#include "control/record/call_history.h"

// Calls, sessions and nodes as JSON, for the live page and for programs; control/http/README.md documents the
// fields. Pure.
namespace benari::control {

using Json = nlohmann::ordered_json;

Json CallJson(const CallRecord& record, Clock::Time now);  // without its steps
Json StepsJson(const CallRecord& record);
Json SessionJson(const MediaStats::Session& session);
Json NodesJson(const MediaNodes& nodes, const MediaStats& stats);

// One line; bytes that are no UTF-8 are replaced.
std::string ToText(const Json& json);

}  // namespace benari::control
