#include "control/record/ids.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::control {

namespace {

constexpr absl::string_view kHexDigits = "0123456789ABCDEF";
constexpr absl::string_view kOutbound = ".out";

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._:@+-", c);
}

std::string Encode(absl::string_view call_id) {
  std::string encoded;
  for (const char c : call_id) {
    if (IsPlain(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      absl::StrAppend(&encoded, "~", kHexDigits.substr(byte >> 4, 1), kHexDigits.substr(byte & 15, 1));
    }
  }
  return encoded;
}

// Nothing unless it is exactly what Encode writes.
std::optional<std::string> Decode(absl::string_view encoded) {
  std::string call_id;
  while (!encoded.empty()) {
    const bool escaped = absl::ConsumePrefix(&encoded, "~");
    if (!escaped) {
      if (!IsPlain(encoded.front())) return std::nullopt;
      call_id += encoded.front();
      encoded.remove_prefix(1);
      continue;
    }
    if (encoded.size() < 2) return std::nullopt;
    const size_t high = kHexDigits.find(encoded[0]), low = kHexDigits.find(encoded[1]);
    if (high == absl::string_view::npos || low == absl::string_view::npos) return std::nullopt;
    const char c = static_cast<char>(high << 4 | low);
    if (IsPlain(c)) return std::nullopt;
    call_id += c;
    encoded.remove_prefix(2);
  }
  return call_id;
}

}  // namespace

std::string Ids::Media(const std::string& call_id, int number) const {
  return absl::StrCat(owner_, ".", Encode(call_id), ".media", number);
}

std::string Ids::Bridge(const std::string& call_id) const {
  return absl::StrCat(owner_, ".", Encode(call_id), ".bridge");
}

std::string Ids::Destination(const std::string& call_id, int number) const {
  const std::string first = absl::StrCat(owner_, ".", Encode(call_id), ".destination");
  return number == 1 ? first : absl::StrCat(first, number);
}

std::string Ids::Outbound(const std::string& called, const std::string& token) const {
  return absl::StrCat(owner_, ".", Encode(called), "-", token, kOutbound);
}

std::optional<std::string> Ids::OutboundTo(const std::string& call_id) const {
  absl::string_view rest = call_id;
  if (!absl::ConsumePrefix(&rest, owner_) || !absl::ConsumePrefix(&rest, ".")) return std::nullopt;
  if (!absl::ConsumeSuffix(&rest, kOutbound)) return std::nullopt;
  const size_t dash = rest.rfind('-');
  if (dash == absl::string_view::npos) return std::nullopt;
  return Decode(rest.substr(0, dash));
}

std::string Ids::Playback(const std::string& call_id, int number) const {
  return absl::StrCat(owner_, ".", Encode(call_id), ".playback", number);
}

std::optional<ResourceId> Ids::Parse(const std::string& id) const {
  absl::string_view rest = absl::StripSuffix(id, ";2");
  if (!absl::ConsumePrefix(&rest, owner_) || !absl::ConsumePrefix(&rest, ".")) return std::nullopt;
  const size_t dot = rest.rfind('.');
  if (dot == absl::string_view::npos || dot == 0) return std::nullopt;
  std::optional<std::string> call_id = Decode(rest.substr(0, dot));
  if (!call_id.has_value()) return std::nullopt;
  ResourceId parsed;
  parsed.call_id = *std::move(call_id);
  absl::string_view kind = rest.substr(dot + 1);
  if (kind == "bridge") {
    parsed.kind = ResourceKind::kBridge;
  } else if (kind == "destination") {
    parsed.kind = ResourceKind::kDestination;
    parsed.number = 1;
  } else if (absl::ConsumePrefix(&kind, "destination") && absl::SimpleAtoi(kind, &parsed.number) &&
             parsed.number > 1) {
    parsed.kind = ResourceKind::kDestination;
  } else if (absl::ConsumePrefix(&kind, "media") && absl::SimpleAtoi(kind, &parsed.number) &&
             parsed.number > 0) {
    parsed.kind = ResourceKind::kMedia;
  } else if (absl::ConsumePrefix(&kind, "playback") && absl::SimpleAtoi(kind, &parsed.number) &&
             parsed.number > 0) {
    parsed.kind = ResourceKind::kPlayback;
  } else {
    return std::nullopt;
  }
  return parsed;
}

bool IsValidOwner(const std::string& owner) {
  return !owner.empty() && owner.size() <= 32 && std::all_of(owner.begin(), owner.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
}

int UnusedNumber(Clock::WallTime now) {
  constexpr int64_t kMost = 1'000'000'000;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  return static_cast<int>(2 + ms.count() % kMost);
}

}  // namespace benari::control
