#pragma once

#include <string>

#include "common/net/connect_failure.h"
#include "control/ari/access.h"

namespace benari::control::ari {

// Describes a failure to connect in one line for the operator: the cause, and which setting to check.
std::string DescribeConnectFailure(const net::ConnectFailure& failure, const Access& access);

// Returns the settings, and the files of Asterisk, to look at when ARI has answered `http_status`, an error.
std::string SettingsToLookAt(int http_status, const Access& access);

}  // namespace benari::control::ari
