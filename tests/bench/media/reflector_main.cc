// The least that sends UDP back: what every figure of benari-bench-media is compared with. One thread, one
// level-triggered epoll, and for each ready socket one recvfrom and one sendto.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "absl/flags/flag.h"
#include "common/command_line.h"
#include "tests/bench/port_range.h"

ABSL_FLAG(std::string, host, "127.0.0.1", "IPv4 address to bind");
ABSL_FLAG(std::string, ports, "", "FIRST-LAST, 1..65535: the UDP ports to send back on");

namespace {

constexpr int kEvents = 256;
constexpr size_t kLargestDatagramBytes = 2048;

int Fail(const char* what, int port) {
  std::fprintf(stderr, "reflector: %s, port %d: %s\n", what, port, std::strerror(errno));
  return 1;
}

int Reflect(in_addr host, int first, int last) {
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  const int epoll = epoll_create1(0);
  for (int port = first; port <= last; ++port) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0) return Fail("socket", port);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr = host;
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return Fail("bind", port);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) return Fail("epoll_ctl", port);
  }

  epoll_event events[kEvents];
  char datagram[kLargestDatagramBytes];
  for (;;) {
    const int ready = epoll_wait(epoll, events, kEvents, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      sockaddr_in from;
      socklen_t from_bytes = sizeof from;
      auto* address = reinterpret_cast<sockaddr*>(&from);
      const ssize_t size = recvfrom(fd, datagram, sizeof datagram, 0, address, &from_bytes);
      if (size >= 0) sendto(fd, datagram, static_cast<size_t>(size), 0, address, from_bytes);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  benari::FlagErrors errors;
  benari::ParseCommandLine(argc, argv, "benari-bench-reflector: sends every UDP datagram back, and no more.",
                           &errors);
  const std::string host = absl::GetFlag(FLAGS_host);
  in_addr address;
  errors.Require(inet_pton(AF_INET, host.c_str(), &address) == 1, "host", host, "an IPv4 address");
  const benari::bench::PortRange ports = benari::bench::ReadPorts(absl::GetFlag(FLAGS_ports), &errors);
  errors.ExitIfAny();
  return Reflect(address, ports.first, ports.last);
}
