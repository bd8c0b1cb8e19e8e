#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "control/ari/client.h"
#include "tests/fakes/asterisk_types.h"

// JSON with the fields and names that Asterisk 22 writes. Pure.
namespace benari::fakes {

nlohmann::json ChannelJson(const ChannelRecord& channel);
nlohmann::json BridgeJson(const control::ari::Bridge& bridge);
nlohmann::json ApplicationJson(const control::ari::Application& application);
nlohmann::json EventJson(const Notice& notice);

}  // namespace benari::fakes
