#include "media/processor/echo.h"

namespace benari::media {

void Echo::OnPacket(Clock::Time /*now*/, const rtp::Packet& /*packet*/, std::span<uint8_t> datagram,
                    rtp::Sender& out) {
  out.Reflect(datagram);
}

}  // namespace benari::media
