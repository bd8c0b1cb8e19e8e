#include "tests/media/link/raw_bot.h"

#include <arpa/inet.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace benari::media {

namespace {

constexpr char kGuid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
constexpr uint8_t kFinal = 0x80, kMasked = 0x80, kClose = 8;

}  // namespace

bool RawConnection::Send(const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += static_cast<size_t>(now);
  }
  return true;
}

bool RawConnection::SendSlowly(const std::string& bytes, Milliseconds gap) {
  for (const char byte : bytes) {
    pollfd ended{fd_, POLLRDHUP, 0};
    if (poll(&ended, 1, static_cast<int>(gap.count())) != 0 || !Send(std::string(1, byte))) return false;
  }
  return true;
}

bool RawConnection::SendForEver(const std::string& bytes) {
  while (Send(bytes)) continue;
  return false;
}

bool RawConnection::Fill() {
  std::array<char, 4096> buffer;
  const ssize_t now = recv(fd_, buffer.data(), buffer.size(), 0);
  if (now > 0) received_.append(buffer.data(), static_cast<size_t>(now));
  return now > 0;
}

bool RawConnection::ReadRequest() {
  while (received_.find("\r\n\r\n") == std::string::npos) {
    if (!Fill()) return false;
  }
  return true;
}

std::string RawConnection::Response(const std::string& lines) const {
  constexpr char kKey[] = "Sec-WebSocket-Key:";
  const size_t at = received_.find(kKey);
  if (at == std::string::npos) throw std::runtime_error("the handshake has no Sec-WebSocket-Key");
  const size_t begin = at + sizeof kKey - 1;
  const std::string key(
      absl::StripAsciiWhitespace(received_.substr(begin, received_.find("\r\n", begin) - begin)));
  const std::string text = absl::StrCat(key, kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  const std::string accept =
      absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  return absl::StrCat("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
                      "Sec-WebSocket-Accept: ", accept, "\r\n", lines, "\r\n");
}

bool RawConnection::ReadUntil(uint8_t opcode) {
  received_.erase(0, received_.find("\r\n\r\n") == std::string::npos ? 0 : received_.find("\r\n\r\n") + 4);
  while (true) {
    while (received_.size() < 2) {
      if (!Fill()) return false;
    }
    const auto byte = [this](size_t i) { return static_cast<uint8_t>(received_[i]); };
    size_t head = 2 + 4, length = byte(1) & 0x7f;  // a client masks
    while (length == 126 && received_.size() < 4) {
      if (!Fill()) return false;
    }
    if (length == 126) {
      head += 2;
      length = static_cast<size_t>(byte(2) << 8 | byte(3));
    }
    while (received_.size() < head + length) {
      if (!Fill()) return false;
    }
    const bool found = (byte(0) & 0x0f) == opcode;
    received_.erase(0, head + length);
    if (found) return true;
  }
}

void RawConnection::ReadToEnd() {
  do {
    received_.clear();
  } while (Fill());
}

void RawConnection::EndSending() { shutdown(fd_, SHUT_WR); }

std::string RawConnection::Frame(uint8_t first_byte, const std::string& payload, bool masked) {
  std::string frame(1, static_cast<char>(first_byte));
  const auto mask = static_cast<uint8_t>(masked ? kMasked : 0);
  if (payload.size() < 126) {
    frame += static_cast<char>(mask | payload.size());
  } else {
    frame += static_cast<char>(mask | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size());
  }
  if (masked) frame += std::string(4, '\0');
  return frame + payload;
}

std::string RawConnection::Close(uint16_t code, const std::string& reason) {
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return Frame(kFinal | kClose, payload + reason);
}

RawBot::RawBot(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, bytes) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, any, &bytes) != 0) {
    throw std::runtime_error("no listening socket");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

RawBot::~RawBot() {
  ending_ = true;
  shutdown(listener_, SHUT_RDWR);
  if (const int fd = connection_; fd >= 0) shutdown(fd, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void RawBot::Run() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    connection_ = fd;
    if (ending_) shutdown(fd, SHUT_RDWR);
    RawConnection connection(fd);
    script_(connection);
    connection_ = -1;
    close(fd);
    ++served_;
  }
}

}  // namespace benari::media
