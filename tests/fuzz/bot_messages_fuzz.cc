// One text as a message of a bot, and what its marks become on their way back.
#include <nlohmann/json.hpp>
#include <string>

#include "media/link/twilio_dialect.h"
#include "media/link/twilio_message.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari::media {
namespace {

using fuzz::Require;
using Kind = BotMessage::Kind;

void CheckMark(TwilioDialect& dialect, const std::string& name) {
  std::string message;
  dialect.WriteMark(name, &message);
  const auto json = nlohmann::json::parse(message, nullptr, /*allow_exceptions=*/false);
  Require(json.is_object(), "a mark that goes back is no JSON object");
  Require(json["event"] == "mark" && json["mark"]["name"] == name, "a mark goes back under another name");
}

void CheckMessage(const std::string& text) {
  const TwilioMessage read = ReadTwilioMessage(text), slowly = ReadAnyTwilioMessage(text);
  Require(read == slowly || (!read.valid && !slowly.valid), "the short way reads something else");
  BotConfig config;
  config.call_sid = "CA1";
  TwilioDialect dialect(config, "MZ1");
  const BotMessage message = dialect.Parse(text);
  const bool ignored = message.kind == Kind::kIgnored;
  Require(ignored == (message.why_ignored[0] != '\0'), "ignored without a reason, or not ignored with one");
  Require(message.audio.size() <= text.size() / 4 * 3, "more audio than was sent");
  Require(message.kind == Kind::kAudio || message.audio.empty(), "audio in another message");
  if (message.kind == Kind::kMark) CheckMark(dialect, message.mark);
  if (!ignored) {
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    Require(json.is_object() && json["streamSid"] == "MZ1",
            "taken from a text that is no message of the stream");
  }
}

}  // namespace
}  // namespace benari::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::media::CheckMessage(benari::fuzz::Input(data, size).Rest());
  return 0;
}
