#include "tests/fuzz/hostile_ari.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "tests/fuzz/require.h"

namespace benari::fuzz {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kHangs{10};
constexpr int kIdleRounds = 4;
constexpr size_t kMaxChunks = 16;

// Listens on a port of the kernel's choice; made once.
class Listener {
 public:
  Listener() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    Require(bind(fd_, generic, size) == 0 && listen(fd_, 64) == 0 && getsockname(fd_, generic, &size) == 0,
            "the server cannot listen");
    port_ = ntohs(address.sin_port);
  }
  int fd() const { return fd_; }
  uint16_t port() const { return port_; }

 private:
  int fd_;
  uint16_t port_ = 0;
};

const Listener& TheListener() {
  static const Listener listener;
  return listener;
}

// With a reset: a connection that ended in good order would hold its port for a minute.
void Break(int fd) {
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
}

}  // namespace

bool IsOneLine(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

HostileAri::HostileAri(boost::asio::io_context& loop, Conduct conduct)
    : loop_(loop), conduct_(std::move(conduct)) {
  spdlog::set_level(spdlog::level::off);
}

HostileAri::~HostileAri() {
  for (const Connection& connection : connections_) Break(connection.fd);
  // Whoever has connected too late to be seen.
  for (int fd = 0; (fd = accept4(TheListener().fd(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) Break(fd);
}

control::ari::Access HostileAri::MakeAccess() {
  const std::string url = absl::StrCat("http://127.0.0.1:", TheListener().port(), "/ari");
  return control::ari::MakeAccess(url, "benari", "geheim", "voicebot1", "").value();
}

void HostileAri::Run(const std::function<bool()>& over) {
  const auto hangs = steady_clock::now() + kHangs;
  for (int idle = 0; !over() && (!answered_ || idle < kIdleRounds);) {
    Require(steady_clock::now() < hangs, "it hangs");
    loop_.restart();
    bool moved = loop_.poll() > 0;
    moved |= Accept();
    for (Connection& connection : connections_) moved |= Read(connection);
    idle = moved ? 0 : idle + 1;
    if (!moved && !answered_) loop_.run_one_for(std::chrono::milliseconds(1));
  }
}

void HostileAri::RunOut() {
  for (const Connection& connection : connections_) Break(connection.fd);
  connections_.clear();
  loop_.restart();
  loop_.run_for(kHangs);
  Require(loop_.stopped(), "something lives on in the loop");
}

bool HostileAri::Accept() {
  const int fd = accept4(TheListener().fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return false;
  connections_.push_back({fd, ""});
  return true;
}

bool HostileAri::Read(Connection& connection) {
  char bytes[2048];
  const ssize_t got = recv(connection.fd, bytes, sizeof(bytes), 0);
  if (got <= 0) return false;
  connection.request.append(bytes, static_cast<size_t>(got));
  if (connection.request.find("\r\n\r\n") != std::string::npos) Answer(connection);
  return true;
}

void HostileAri::Answer(Connection& connection) {
  const std::string all = conduct_.answer(connection.request);
  connection.request.clear();
  answered_ = true;
  absl::string_view rest = all;
  for (size_t chunks = 0; conduct_.chunk_bytes > 0 && chunks < kMaxChunks && !rest.empty(); ++chunks) {
    Send(connection.fd, rest.substr(0, conduct_.chunk_bytes));
    rest.remove_prefix(std::min(conduct_.chunk_bytes, rest.size()));
    loop_.poll();
  }
  Send(connection.fd, rest);
  if (conduct_.ending == Ending::kClose) shutdown(connection.fd, SHUT_WR);
  if (conduct_.ending == Ending::kReset) {
    loop_.poll();
    // Ends it for both sides and keeps the descriptor, which Break() closes.
    const sockaddr nobody{AF_UNSPEC, {}};
    connect(connection.fd, &nobody, sizeof(nobody));
  }
}

void HostileAri::Send(int fd, absl::string_view bytes) {
  // A client that has gone need not get it; all fits into the socket's buffer.
  if (!bytes.empty()) (void)!send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace benari::fuzz
