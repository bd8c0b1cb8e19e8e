#pragma once

#include <boost/asio/signal_set.hpp>
#include <string>

#include "control/config.h"
#include "control/http/site.h"

// What a control listens to and shows, whether it serves or stands by.
namespace benari::control {

About AboutUs(const Config& config);

// Where `site` is served; "": nowhere. Exits with 1 when the address is taken.
std::string Serve(Site& site, const Config& config);

// Logs that SIGHUP (a terminal that closes, a log rotation) is ignored, each time.
void SayHangUps(boost::asio::signal_set& hang_ups);

}  // namespace benari::control
