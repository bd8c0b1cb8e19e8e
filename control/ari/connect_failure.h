#pragma once

#include <string>

#include "common/net/connect_failure.h"
#include "control/ari/access.h"

namespace benari::control::ari {

// Describes a failure to connect in one line for the operator: the cause, and which setting to check.
std::string DescribeConnectFailure(const net::ConnectFailure& failure, const Access& access);

}  // namespace benari::control::ari
