#pragma once

#include <cstdint>

// Ports that nobody on this machine has right now. Another process may take one before it is used: whoever
// listens on it says so and the test fails with that line.
namespace benari::e2e {

uint16_t FreeTcpPort();  // on 127.0.0.1, chosen by the kernel
uint16_t FreeUdpPort();  // on 127.0.0.1, chosen by the kernel
uint16_t FreeRtpPort();  // even; SIPp takes it and the three after it, for RTCP and video
// The first of `count` UDP ports in a row, all free, below the kernel's own range.
uint16_t FreeUdpRange(uint16_t count);

}  // namespace benari::e2e
