#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/ari/client.h"

namespace benari::control::ari {

// Return false if the resource does not exist (404), which is no error. Throw every other Error.
Awaitable<bool> HangUpIfThere(Client& client, std::string channel_id, std::string reason);
Awaitable<bool> DestroyIfThere(Client& client, std::string bridge_id);

}  // namespace benari::control::ari
