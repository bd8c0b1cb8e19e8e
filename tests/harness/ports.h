#pragma once

#include <cstdint>

// Ports that are free on this machine now. Another process may bind one before it is used: the program that
// listens on it then logs so, and the test fails with that line.
namespace benari::e2e {

// On 127.0.0.1, below the kernel's ephemeral range, from which an outgoing connection could take it before it
// is listened on. A process gets no port twice. Any thread.
uint16_t FreeTcpPort();
uint16_t FreeUdpPort();  // on 127.0.0.1, chosen by the kernel
uint16_t FreeRtpPort();  // even; SIPp takes it and the three after it, for RTCP and video
// Returns the first of `count` consecutive free UDP ports below the kernel's ephemeral range.
uint16_t FreeUdpRange(uint16_t count);

}  // namespace benari::e2e
