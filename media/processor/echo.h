#pragma once

#include "media/processor/processor.h"

namespace benari::media {

// Sends each packet back as it came, under our own SSRC (RFC 3550 8.2). Owned by one worker.
class Echo : public Processor {
 public:
  void OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<uint8_t> datagram,
                rtp::Sender& out) override;
};

}  // namespace benari::media
