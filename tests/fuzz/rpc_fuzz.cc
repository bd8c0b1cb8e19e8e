// Requests of hostile gRPC clients: any bytes as each message, through the checks that stand before the
// registry.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "media/processor/frame_clock.h"
#include "media/rpc/validation.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari::media {
namespace {

using fuzz::Input;
using fuzz::Require;

constexpr uint32_t kMaxTtlMs = 60000;

// Each field that is wrong has its part; a few wrong ones make a line of some hundred bytes.
void CheckRefusal(const absl::Status& status) {
  if (status.ok()) return;
  Require(status.code() == absl::StatusCode::kInvalidArgument, "a refusal of another kind");
  Require(!status.message().empty() && status.message().size() < 2000,
          "a refusal without end, or without words");
  for (const char c : status.message()) Require(c >= ' ' && c <= '~', "a refusal that is not printable");
}

template <typename Message>
bool Parse(const std::string& bytes, Message* message) {
  return message->ParseFromString(bytes);
}

template <typename Message, typename... Limits>
void Check(const std::string& bytes, Limits... limits) {
  Message message;
  if (Parse(bytes, &message)) CheckRefusal(Validate(message, limits...));
}

void CheckTone(const ToneConfig& tone) {
  Require(!tone.segments.empty() && tone.segments.size() <= 16, "a cadence without end, or of nothing");
  for (const ToneSegment& segment : tone.segments) {
    Require(
        segment.duration.count() > 0 && segment.duration % FrameClock::kFrame == std::chrono::milliseconds(0),
        "a segment that ends within a frame");
    Require(segment.frequencies_hz.size() <= 2, "a sum that a sample cannot hold");
    for (const uint32_t hz : segment.frequencies_hz) Require(hz > 0 && hz < 4000, "a tone that is an alias");
  }
}

void CheckBot(const BotConfig& bot) {
  Require(bot.url.starts_with("ws://") || bot.url.starts_with("wss://"), "a URL that is no WebSocket's");
  Require(bot.call_sid.size() >= 1 && bot.call_sid.size() <= 64, "a call without a name");
  Require(bot.credential.find('/') == std::string::npos && bot.credential.find("..") == std::string::npos,
          "a credential outside of its folder");
  size_t bytes = 0;
  for (const auto& [name, value] : bot.parameters) bytes += name.size() + value.size();
  Require(bot.parameters.size() <= 50 && bytes <= 16000, "parameters without end");
  if (bot.waiting) CheckTone(*bot.waiting);
}

void CheckStart(const std::string& bytes) {
  v1::StartSessionRequest request;
  if (!Parse(bytes, &request)) return;
  const auto config = ReadConfig(request);
  CheckRefusal(config.status());
  if (!config.ok()) return;
  const std::string& host = request.peer().host();
  Require(std::all_of(host.begin(), host.end(),
                      [](unsigned char c) { return std::isxdigit(c) || c == '.' || c == ':'; }),
          "a peer that is not an address");
  Require(config->peer.IsUnicast() && config->peer.port != 0, "a peer that nothing can be sent to");
  Require(config->payload_type <= 127 && config->clock_rate_hz > 0, "a payload that RTP does not have");
  Require(config->no_media_timeout.count() >= 0, "a time below zero");
  if (const auto* tone = std::get_if<ToneConfig>(&config->processor)) CheckTone(*tone);
  if (const auto* bot = std::get_if<BotConfig>(&config->processor)) CheckBot(*bot);
}

void Run(Input& input) {
  google::protobuf::SetLogHandler(nullptr);  // it would tell of each text that is not UTF-8
  const uint8_t kind = input.Byte();
  const std::string bytes = input.Rest();
  switch (kind & 15) {
    case 0:
      return CheckStart(bytes);
    case 1:
      return Check<v1::LeasePortRequest>(bytes, kMaxTtlMs);
    case 2:
      return Check<v1::ReleasePortRequest>(bytes);
    case 3:
      return Check<v1::StopSessionRequest>(bytes);
    case 4:
      return Check<v1::KeepAliveRequest>(bytes, kMaxTtlMs);
    case 5:
      return Check<v1::GetSessionRequest>(bytes);
    case 6:
      return Check<v1::ListSessionsRequest>(bytes);
    case 7:
      return Check<v1::SendDigitsRequest>(bytes);
    case 8:
      return Check<v1::CloseBotRequest>(bytes);
    default:
      return Check<v1::WatchSessionsRequest>(bytes);
  }
}

}  // namespace
}  // namespace benari::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::fuzz::Input input(data, size);
  benari::media::Run(input);
  return 0;
}
