#include "tests/harness/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <random>
#include <stdexcept>
#include <string>

namespace benari::e2e {
namespace {

// Below Asterisk's RTP (25000..26000), media's default range and the kernel's (from 32768).
constexpr uint16_t kRangeFirst = 10'000;
constexpr uint16_t kRangeEnd = 25'000;
constexpr int kAttempts = 200;

// Binds `port` and lets it go again; false when it is taken.
bool IsFree(int type, uint16_t port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return bound;
}

bool AreFree(int type, uint32_t first, uint32_t count) {
  for (uint32_t port = first; port < first + count; ++port) {
    if (!IsFree(type, static_cast<uint16_t>(port))) return false;
  }
  return true;
}

// The first of the next `count` ports in a row that are free; even when it is for more than one.
uint16_t NextFree(int type, uint32_t count) {
  static std::mutex mutex;
  static uint32_t next = kRangeFirst + std::random_device()() % (kRangeEnd - kRangeFirst);
  const std::lock_guard lock(mutex);
  for (int i = 0; i < kAttempts; ++i) {
    uint32_t first = count > 1 ? (next + 1) & ~1U : next;
    if (first + count > kRangeEnd) first = kRangeFirst;
    next = first + count;
    if (AreFree(type, first, count)) return static_cast<uint16_t>(first);
  }
  throw std::runtime_error("no " + std::to_string(count) + " free ports in a row in " +
                           std::to_string(kAttempts) + " attempts");
}

}  // namespace

uint16_t FreeTcpPort() { return NextFree(SOCK_STREAM, 1); }
uint16_t FreeUdpPort() { return NextFree(SOCK_DGRAM, 1); }
uint16_t FreeRtpPort() { return NextFree(SOCK_DGRAM, 4); }
uint16_t FreeUdpRange(uint16_t count) { return NextFree(SOCK_DGRAM, count); }

}  // namespace benari::e2e
