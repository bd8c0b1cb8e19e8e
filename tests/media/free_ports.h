#pragma once

#include <utility>
#include <vector>

#include "media/lease/port_pool.h"
#include "media/net/udp_socket.h"
#include "tests/media/udp_peer.h"

namespace benari::media {

// `count` UDP ports in a row that nobody has now.
inline PortRange FreePorts(uint16_t count) {
  while (true) {
    const auto first = UdpSocket::Bind(Loopback(0));
    const uint16_t min = first->local().port;
    if (min > 65535 - count) continue;
    std::vector<UdpSocket> others;
    for (uint16_t i = 1; i < count; ++i) {
      auto next = UdpSocket::Bind(Loopback(static_cast<uint16_t>(min + i)));
      if (!next.ok()) break;
      others.push_back(*std::move(next));
    }
    if (others.size() + 1 == count) return {min, static_cast<uint16_t>(min + count - 1)};
  }
}

}  // namespace benari::media
