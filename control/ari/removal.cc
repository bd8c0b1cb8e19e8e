#include "control/ari/removal.h"

namespace benari::control::ari {

Awaitable<bool> HangUpIfThere(Client& client, std::string channel_id, std::string reason) {
  try {
    co_await client.HangUp(channel_id, reason);
    co_return true;
  } catch (const Error& error) {
    if (!error.not_found()) throw;
  }
  co_return false;
}

Awaitable<bool> DestroyIfThere(Client& client, std::string bridge_id) {
  try {
    co_await client.DestroyBridge(bridge_id);
    co_return true;
  } catch (const Error& error) {
    if (!error.not_found()) throw;
  }
  co_return false;
}

}  // namespace benari::control::ari
