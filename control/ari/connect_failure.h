#pragma once

#include <string>

#include "common/net/connect_failure.h"
#include "control/ari/access.h"

namespace benari::control::ari {

// One line for whoever must repair it: what was seen, and which setting to look at.
std::string DescribeConnectFailure(const net::ConnectFailure& failure, const Access& access);

}  // namespace benari::control::ari
