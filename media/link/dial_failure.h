#pragma once

#include <string>

#include "common/net/connect_failure.h"
#include "common/net/url.h"
#include "media/processor/bot/status.h"

namespace benari::media {

// Describes in one line why a bot could not be reached; names its host and no secret. Pure.
std::string DescribeDialFailure(const net::ConnectFailure& failure, const net::Url& url);

// The reason as it is counted. `failure` is none of kForbidden, which is no failure to connect. Pure.
BotDialFailure ReasonOf(const net::ConnectFailure& failure);

// Returns true if another attempt may succeed. Not so: a certificate that is not accepted, and a response
// with status 3xx or 4xx except 408, 425 and 429, which says that the request is wrong. Pure.
bool MayPass(const net::ConnectFailure& failure);

}  // namespace benari::media
