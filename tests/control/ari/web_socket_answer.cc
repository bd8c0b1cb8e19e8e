#include "web_socket_answer.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace benari::control::ari {

std::string WebSocketAnswer(const std::string& request) {
  constexpr char kName[] = "Sec-WebSocket-Key: ";
  const size_t at = request.find(kName);
  const size_t begin = at == std::string::npos ? request.size() : at + sizeof(kName) - 1;
  const std::string key = request.substr(begin, request.find("\r\n", begin) - begin);
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  const std::string accept =
      absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
  return absl::StrCat("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
                      "Sec-WebSocket-Accept: ", accept, "\r\n\r\n");
}

}  // namespace benari::control::ari
