#pragma once

#include <cstdint>

// Ports of 127.0.0.1 that are free on this machine now, below the kernel's ephemeral range, from which any
// socket could take one before it is listened on. A process gets no port twice before it has had them all.
// Another process may bind one first: the program that listens on it then logs so, and the test fails with
// that line. Any thread.
namespace benari::e2e {

uint16_t FreeTcpPort();
uint16_t FreeUdpPort();
uint16_t FreeRtpPort();                 // even; SIPp takes it and the three after it, for RTCP and video
uint16_t FreeUdpRange(uint16_t count);  // the first of so many in a row; even

}  // namespace benari::e2e
