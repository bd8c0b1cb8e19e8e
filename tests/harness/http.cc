#include "tests/harness/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace benari::e2e {
namespace {

constexpr int kReadTimeoutSeconds = 10;

class Socket {
 public:
  Socket() : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { close(fd); }
  Socket(const Socket&) = delete;
  const int fd;
};

std::string RequestText(const HttpQuery& query) {
  std::string text =
      absl::StrCat(query.method, " ", query.path, " HTTP/1.1\r\nHost: ", query.server.ToString(),
                   "\r\nConnection: close\r\nContent-Length: 0\r\n");
  if (!query.user.empty()) {
    const std::string credentials = absl::Base64Escape(absl::StrCat(query.user, ":", query.password));
    absl::StrAppend(&text, "Authorization: Basic ", credentials, "\r\n");
  }
  return text + "\r\n";
}

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[16'384];
  for (ssize_t got; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) text.append(buffer, got);
  return text;
}

std::string Unchunked(const std::string& text) {
  std::string body;
  for (size_t at = 0; at < text.size();) {
    const size_t line_end = text.find("\r\n", at);
    if (line_end == std::string::npos) break;
    const size_t size = std::strtoul(text.c_str() + at, nullptr, 16);
    if (size == 0) break;
    body += text.substr(line_end + 2, size);
    at = line_end + 2 + size + 2;
  }
  return body;
}

}  // namespace

absl::StatusOr<HttpAnswer> Http(const HttpQuery& query) {
  const auto failed = [&](const char* what) {
    return absl::UnavailableError(
        absl::StrCat(query.method, " http://", query.server.ToString(), query.path, ": ", what));
  };
  Socket connection;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(query.server.port);
  if (inet_pton(AF_INET, query.server.host.c_str(), &address.sin_addr) != 1) return failed("no IPv4 address");
  const timeval timeout{kReadTimeoutSeconds, 0};
  setsockopt(connection.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return failed(strerror(errno));
  }
  const std::string request = RequestText(query);
  if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return failed(strerror(errno));

  const std::string text = ReadToEnd(connection.fd);
  const size_t head_end = text.find("\r\n\r\n");
  HttpAnswer answer;
  if (head_end == std::string::npos || !absl::StartsWith(text, "HTTP/1.") ||
      !absl::SimpleAtoi(text.substr(9, 3), &answer.status)) {
    return failed("no HTTP answer");
  }
  const std::string head = text.substr(0, head_end);
  answer.body = text.substr(head_end + 4);
  if (absl::StrContains(absl::AsciiStrToLower(head), "transfer-encoding: chunked"))
    answer.body = Unchunked(answer.body);
  return answer;
}

}  // namespace benari::e2e
