#include "tests/bench/media/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "absl/strings/str_cat.h"
#include "tests/bench/media/load_run.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {
namespace {

absl::Status SystemError(absl::string_view what, int error) {
  const std::string text = absl::StrCat(what, ": ", std::strerror(error));
  if (error == EMFILE || error == ENFILE) return absl::ResourceExhaustedError(text);
  return absl::UnavailableError(text);
}

absl::StatusOr<sockaddr_in> AddressOf(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(endpoint.host, " is no IPv4 address"));
  }
  return address;
}

}  // namespace

Load::~Load() {
  for (const Session& session : sessions_) close(session.fd);
}

absl::StatusOr<uint16_t> Load::AddSession(const std::string& host) {
  const auto local = AddressOf(Endpoint(host, 0));
  if (!local.ok()) return local.status();
  sockaddr_in address = *local;
  socklen_t bytes = sizeof address;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return SystemError("cannot open a socket", errno);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, any, bytes) != 0 || getsockname(fd, any, &bytes) != 0) {
    const int error = errno;
    close(fd);
    return SystemError("cannot bind a socket", error);
  }
  const int on = 1;
  const int segment_bytes = kProbeBytes;
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
      setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment_bytes, sizeof segment_bytes) != 0) {
    const int error = errno;
    close(fd);
    return SystemError("cannot set up a socket", error);
  }
  if (sessions_.empty()) first_ssrc_ = std::random_device()();
  sessions_.push_back({fd, first_ssrc_ + static_cast<uint32_t>(sessions_.size())});
  return ntohs(address.sin_port);
}

absl::Status Load::ConnectLast(const Endpoint& server) {
  const auto address = AddressOf(server);
  if (!address.ok()) return address.status();
  if (connect(sessions_.back().fd, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return SystemError(absl::StrCat("cannot connect to ", server.ToString()), errno);
  }
  return absl::OkStatus();
}

LoadResult Load::Run(const LoadOptions& options) { return LoadRun(*this, options).Run(); }

}  // namespace benari::bench
