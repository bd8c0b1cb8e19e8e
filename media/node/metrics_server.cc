#include "media/node/metrics_server.h"

#include <netdb.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "media/node/listen_error.h"

namespace benari::media {

namespace {

constexpr std::chrono::milliseconds kBetweenKnocks{5};
constexpr const char* kThreads = "4";
constexpr const char* kRequestMayTakeMs = "2000";  // to come: one that does not come keeps its thread so long

std::vector<std::string> OptionsOf(const Endpoint& listen) {
  return {"listening_ports", listen.ToString(),    "num_threads",
          kThreads,          "request_timeout_ms", kRequestMayTakeMs};
}

void Knock(const Endpoint& endpoint) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) != 0) return;
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    [[maybe_unused]] const int connected = connect(fd, found->ai_addr, found->ai_addrlen);
    close(fd);
  }
  freeaddrinfo(found);
}

// As Debian builds it, the HTTP server within opens no IPv6 socket.
std::string WhyNotServing(const Endpoint& listen) {
  addrinfo hints = {};
  hints.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (getaddrinfo(listen.host.c_str(), nullptr, &hints, &found) != 0) {
    return "metrics are served over IPv4 only; accepted is an IPv4 address, or a name that has one";
  }
  freeaddrinfo(found);
  return WhyNotListening(listen);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const Endpoint& listen, std::shared_ptr<prometheus::Collectable> metrics) {
  try {
    return std::unique_ptr<MetricsServer>(new MetricsServer(listen, std::move(metrics)));
  } catch (const std::exception&) {  // of the Exposer; it says no more than that it failed
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on --metrics_listen=", listen.ToString(),
                                               ": ", WhyNotServing(listen)));
  }
}

MetricsServer::MetricsServer(const Endpoint& listen, std::shared_ptr<prometheus::Collectable> metrics)
    : metrics_(std::move(metrics)),
      exposer_(std::make_unique<prometheus::Exposer>(OptionsOf(listen))),
      endpoint_(listen.host, static_cast<uint16_t>(exposer_->GetListeningPorts().front())) {
  exposer_->RegisterCollectable(metrics_);
}

// The HTTP server within notices its end only at a connection, or after 2 s.
MetricsServer::~MetricsServer() {
  const std::future<void> ended = std::async(std::launch::async, [this] { exposer_.reset(); });
  while (ended.wait_for(kBetweenKnocks) != std::future_status::ready) Knock(endpoint_);
}

}  // namespace benari::media
