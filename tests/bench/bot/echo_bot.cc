#include "tests/bench/bot/echo_bot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/bench/bot/web_socket_frames.h"
#include "tests/bench/media/cores.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {
namespace {

constexpr int kEvents = 256;
constexpr int kBacklog = 4096;
constexpr size_t kReadBytes = 16384;
constexpr size_t kStampBase64Bytes = 24;  // of the 16 bytes that say when a frame was sent
// In frames of 20 ms.
constexpr int kSpeech = 50;
constexpr int kBetweenSpeeches = 75;

void Watch(int epoll, int fd, uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

EchoBot::EchoBot(const std::string& host, int core, SslContext tls) : tls_(std::move(tls)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  socklen_t bytes = sizeof address;
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, bytes) != 0 || listen(listener_, kBacklog) != 0 ||
      getsockname(listener_, any, &bytes) != 0) {
    throw std::runtime_error(absl::StrCat("echo bot cannot listen on ", host, ": ", std::strerror(errno)));
  }
  listens_ = Endpoint(host, ntohs(address.sin_port));
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  stop_ = eventfd(0, EFD_CLOEXEC);
  Watch(epoll_, listener_, EPOLLIN, EPOLL_CTL_ADD);
  Watch(epoll_, stop_, EPOLLIN, EPOLL_CTL_ADD);
  thread_ = std::thread([this, core] { Run(core); });
}

EchoBot::~EchoBot() {
  const uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  for (const auto& [fd, client] : clients_) close(fd);
  for (const int fd : {listener_, epoll_, stop_}) close(fd);
}

std::string EchoBot::Url(const char* path) const {
  return absl::StrCat(tls_ == nullptr ? "ws" : "wss", "://", listens_.ToString(), path);
}

Histogram EchoBot::TakeFromCaller() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(from_caller_, Histogram());
}

void EchoBot::Run(int core) {
  (void)RunOn({core});
  GoBeforeOthers(Waiting::kSleep);
  std::array<epoll_event, kEvents> events;
  for (;;) {
    const int ready = epoll_wait(epoll_, events.data(), kEvents, -1);
    const std::lock_guard<std::mutex> lock(mutex_);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == stop_) return;
      if (fd == listener_) {
        Accept();
        continue;
      }
      Client& client = clients_[fd];
      const bool readable = (events[i].events & ~EPOLLOUT) != 0;
      if (readable && !Read(fd, &client)) {
        close(fd);
        clients_.erase(fd);
        --connections_;
      } else {
        Flush(fd, &client);
      }
    }
  }
}

void EchoBot::Accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(epoll_, fd, EPOLLIN, EPOLL_CTL_ADD);
    clients_[fd].stream = ByteStream(fd, tls_.get(), ByteStream::Side::kServer);
    ++connections_;
  }
}

bool EchoBot::Read(int fd, Client* client) {
  std::array<char, kReadBytes> buffer;
  do {
    const ssize_t size = client->stream.Receive(buffer.data(), buffer.size());
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    client->in.append(buffer.data(), static_cast<size_t>(size));
  } while (client->stream.pending());
  if (!client->open) ShakeHands(client);
  if (client->open && client->path == kStalledPath) Watch(epoll_, fd, 0, EPOLL_CTL_MOD);
  return !client->open || OnMessages(client);
}

void EchoBot::ShakeHands(Client* client) {
  const size_t end = client->in.find("\r\n\r\n");
  if (end == std::string::npos) return;
  const std::vector<std::string> request = absl::StrSplit(client->in.substr(0, client->in.find('\r')), ' ');
  if (request.size() > 1) client->path = request[1];
  constexpr absl::string_view kKey = "sec-websocket-key:";
  std::string key;
  for (size_t line = 0; line < end; line = client->in.find("\r\n", line) + 2) {
    const absl::string_view rest =
        absl::string_view(client->in).substr(line, client->in.find("\r\n", line) - line);
    if (absl::StartsWithIgnoreCase(rest, kKey))
      key = std::string(absl::StripAsciiWhitespace(rest.substr(kKey.size())));
  }
  absl::StrAppend(&client->out,
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: ",
                  AcceptKey(key), "\r\n\r\n");
  client->in.erase(0, end + 4);
  client->open = true;
}

bool EchoBot::OnMessages(Client* client) {
  std::span<uint8_t> rest(reinterpret_cast<uint8_t*>(client->in.data()), client->in.size());
  size_t done = 0;
  bool open = true;
  while (const auto frame = ReadFrame(rest.subspan(done))) {
    done += frame->bytes;
    const absl::string_view payload(reinterpret_cast<const char*>(frame->payload.data()),
                                    frame->payload.size());
    if (frame->opcode == WebSocketFrame::kText) Echo(payload, client);
    if (frame->opcode == WebSocketFrame::kPing)
      AppendFrame(WebSocketFrame::kPong, payload, /*masked=*/false, &client->out);
    if (frame->opcode == WebSocketFrame::kClose) {
      AppendFrame(WebSocketFrame::kClose, payload, /*masked=*/false, &client->out);
      open = false;
    }
  }
  client->in.erase(0, done);
  return open;
}

void EchoBot::Echo(absl::string_view message, Client* client) {
  if (client->stream_sid.empty()) client->stream_sid = std::string(FindMember(message, "streamSid"));
  const absl::string_view payload = FindMember(message, "payload");
  if (payload.size() < kStampBase64Bytes) return;
  std::string stamp;
  if (absl::Base64Unescape(payload.substr(0, kStampBase64Bytes), &stamp)) {
    const Probe probe = ReadPayload({reinterpret_cast<const uint8_t*>(stamp.data()), stamp.size()});
    // Silence that was filled in carries no time.
    const auto took = std::chrono::steady_clock::now() - probe.sent;
    if (took >= took.zero() && took < std::chrono::seconds(10)) {
      from_caller_.Record(took);
      // What was filled in before the first packet came in a burst, and would delay all that follows.
      if (!std::exchange(client->heard, true)) Clear(client);
    }
  }
  if (client->path == kInterruptedPath) return Interrupt(client);
  Send(payload, client);
}

void EchoBot::Send(absl::string_view payload, Client* client) {
  const std::string answer = absl::StrCat("{\"event\":\"media\",\"streamSid\":\"", client->stream_sid,
                                          "\",\"media\":{\"payload\":\"", payload, "\"}}");
  AppendFrame(WebSocketFrame::kText, answer, /*masked=*/false, &client->out);
}

void EchoBot::Clear(Client* client) {
  const std::string clear = absl::StrCat("{\"event\":\"clear\",\"streamSid\":\"", client->stream_sid, "\"}");
  AppendFrame(WebSocketFrame::kText, clear, /*masked=*/false, &client->out);
}

// Called with each frame of the caller.
void EchoBot::Interrupt(Client* client) {
  if (client->frames == 0) {
    client->speech = interruptions_.Begin();
    client->clear_at = std::uniform_int_distribution<int>(kSpeech / 5, kSpeech * 4 / 5)(random_);
    std::array<uint8_t, kProbeBytes> packet{};
    WriteProbe({client->speech, {}}, kPcmu, 0, packet);
    const std::string frame(packet.end() - kProbePayloadBytes, packet.end());
    std::string speech;
    for (int i = 0; i < kSpeech; ++i) speech += frame;
    Send(absl::Base64Escape(speech), client);
  } else if (client->frames == client->clear_at) {
    Clear(client);
    interruptions_.OnCleared(client->speech, std::chrono::steady_clock::now());
  }
  client->frames = (client->frames + 1) % kBetweenSpeeches;
}

void EchoBot::Flush(int fd, Client* client) {
  if (client->out.empty()) return;
  const ssize_t sent = client->stream.Send(client->out.data(), client->out.size());
  if (sent > 0) client->out.erase(0, static_cast<size_t>(sent));
  const bool stalled = !client->out.empty();
  if (stalled == client->stalled) return;
  client->stalled = stalled;
  Watch(epoll_, fd, stalled ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

}  // namespace benari::bench
