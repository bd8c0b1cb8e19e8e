#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/ari/client.h"

namespace benari::control::ari {

// What is not there (404) is removed already, and the result is false. Throws every other Error.
Awaitable<bool> HangUpIfThere(Client& client, std::string channel_id, std::string reason);
Awaitable<bool> DestroyIfThere(Client& client, std::string bridge_id);

}  // namespace benari::control::ari
