#include "tests/harness/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <stdexcept>
#include <string>

namespace benari::e2e {
namespace {

// Below Asterisk's RTP (25000..26000), media's default range and the kernel's (from 32768).
constexpr uint16_t kRangeFirst = 10'000;
constexpr uint16_t kRangeEnd = 25'000;
constexpr uint16_t kRtpPorts = 4;
constexpr int kAttempts = 200;

// Binds `port` (0: any) and lets it go again; 0 when it is taken.
uint16_t TryBind(int type, uint16_t port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

bool RangeIsFree(uint16_t first, uint16_t count) {
  for (uint16_t i = 0; i < count; ++i) {
    if (TryBind(SOCK_DGRAM, first + i) == 0) return false;
  }
  return true;
}

}  // namespace

uint16_t FreeTcpPort() {
  constexpr uint32_t kPorts = kRangeEnd - kRangeFirst;
  static std::atomic<uint32_t> next = std::random_device()() % kPorts;
  for (int i = 0; i < kAttempts; ++i) {
    const auto port = static_cast<uint16_t>(kRangeFirst + next++ % kPorts);
    if (TryBind(SOCK_STREAM, port) != 0) return port;
  }
  throw std::runtime_error("no free TCP port in " + std::to_string(kAttempts) + " attempts");
}

uint16_t FreeUdpPort() { return TryBind(SOCK_DGRAM, 0); }

uint16_t FreeRtpPort() {
  for (int i = 0; i < kAttempts; ++i) {
    const uint16_t port = FreeUdpPort() & ~1;
    if (RangeIsFree(port, kRtpPorts)) return port;
  }
  throw std::runtime_error("no free UDP ports for RTP in " + std::to_string(kAttempts) + " attempts");
}

uint16_t FreeUdpRange(uint16_t count) {
  std::random_device random;
  std::uniform_int_distribution<uint16_t> first_port(kRangeFirst / 2, (kRangeEnd - count) / 2);
  for (int i = 0; i < kAttempts; ++i) {
    const uint16_t first = first_port(random) * 2;
    if (RangeIsFree(first, count)) return first;
  }
  throw std::runtime_error("no " + std::to_string(count) + " free UDP ports in a row");
}

}  // namespace benari::e2e
