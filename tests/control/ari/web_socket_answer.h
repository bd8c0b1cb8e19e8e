#pragma once

#include <string>

namespace benari::control::ari {

// What a server answers to a WebSocket's request: 101 with the key that RFC 6455 4.2.2 asks for. Pure.
std::string WebSocketAnswer(const std::string& request);

}  // namespace benari::control::ari
