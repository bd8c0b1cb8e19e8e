#include "tests/bench/bot/web_socket_frames.h"

#include <openssl/sha.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace benari::bench {
namespace {

constexpr uint8_t kFin = 0x80;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kLength16 = 126;
constexpr uint8_t kLength64 = 127;
// One for all frames: nobody is to be protected here.
constexpr std::array<uint8_t, 4> kMask = {0x12, 0x34, 0x56, 0x78};

}  // namespace

std::optional<WebSocketFrame> ReadFrame(std::span<uint8_t> buffer) {
  if (buffer.size() < 2) return std::nullopt;
  size_t at = 2;
  uint64_t length = buffer[1] & 0x7f;
  const size_t length_bytes = length == kLength16 ? 2 : length == kLength64 ? 8 : 0;
  const bool masked = (buffer[1] & kMasked) != 0;
  const size_t header = at + length_bytes + (masked ? kMask.size() : 0);
  if (buffer.size() < header) return std::nullopt;
  if (length_bytes > 0) length = 0;
  for (; at < 2 + length_bytes; ++at) length = length << 8 | buffer[at];
  if (buffer.size() - header < length) return std::nullopt;
  const std::span<uint8_t> payload = buffer.subspan(header, length);
  if (masked) {
    const uint8_t* const mask = &buffer[at];
    for (size_t i = 0; i < payload.size(); ++i) payload[i] ^= mask[i % kMask.size()];
  }
  return WebSocketFrame{buffer[0] & 0x0f, payload, header + payload.size()};
}

void AppendFrame(int opcode, absl::string_view payload, bool masked, std::string* out) {
  out->push_back(static_cast<char>(kFin | opcode));
  const uint8_t mask_bit = masked ? kMasked : 0;
  const uint64_t size = payload.size();
  const int length_bytes = size < kLength16 ? 0 : size <= 0xffff ? 2 : 8;
  const uint64_t short_length = length_bytes == 0 ? size : length_bytes == 2 ? kLength16 : kLength64;
  out->push_back(static_cast<char>(mask_bit | short_length));
  for (int i = length_bytes - 1; i >= 0; --i) out->push_back(static_cast<char>(size >> (8 * i)));
  if (!masked) {
    absl::StrAppend(out, payload);
    return;
  }
  out->append(kMask.begin(), kMask.end());
  const size_t begin = out->size();
  absl::StrAppend(out, payload);
  for (size_t i = 0; i < size; ++i) (*out)[begin + i] ^= static_cast<char>(kMask[i % kMask.size()]);
}

absl::string_view FindMember(absl::string_view message, absl::string_view name) {
  const std::string key = absl::StrCat("\"", name, "\":");
  size_t at = message.find(key);
  if (at == absl::string_view::npos) return {};
  at = message.find('"', at + key.size());
  if (at == absl::string_view::npos) return {};
  const size_t end = message.find('"', at + 1);
  return end == absl::string_view::npos ? absl::string_view() : message.substr(at + 1, end - at - 1);
}

std::string AcceptKey(absl::string_view key) {
  const std::string text = absl::StrCat(key,
                                        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");  // RFC 6455 1.3
  std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest.data());
  return absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace benari::bench
