#include "media/link/twilio_dialect.h"

#include <openssl/rand.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/net/twilio.h"
#include "media/link/twilio_message.h"

namespace benari::media {

namespace {

using Json = nlohmann::ordered_json;

// A string that is not UTF-8 is sent with U+FFFD in the place of what is not.
std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

BotMessage Ignore(const char* why) {
  BotMessage message;
  message.why_ignored = why;
  return message;
}

}  // namespace

std::string NewStreamSid() {
  std::array<unsigned char, 16> random;
  RAND_bytes(random.data(), random.size());
  return absl::StrCat("MZ", absl::BytesToHexString(absl::string_view(
                                reinterpret_cast<const char*>(random.data()), random.size())));
}

TwilioDialect::TwilioDialect(const BotConfig& config, std::string stream_sid)
    : stream_sid_(std::move(stream_sid)),
      call_sid_(config.call_sid),
      parameters_(config.parameters),
      media_end_(absl::StrCat(R"("},"streamSid":")", stream_sid_, R"("})")) {}

bool TwilioDialect::WriteOpening(size_t index, std::string* message) {
  if (index > 1) return false;
  if (index == 1) {
    WriteStart(message);
  } else {
    *message = R"({"event":"connected","protocol":"Call","version":"1.0.0"})";
  }
  return true;
}

void TwilioDialect::WriteStart(std::string* message) {
  Json format;
  format["encoding"] = "audio/x-mulaw";
  format["sampleRate"] = 8000;
  format["channels"] = 1;
  Json start;
  start["accountSid"] = net::kTwilioAccountSid;
  start["streamSid"] = stream_sid_;
  start["callSid"] = call_sid_;
  start["tracks"] = Json::array({"inbound"});
  start["mediaFormat"] = std::move(format);
  start["customParameters"] = Json::object();
  for (const auto& [name, value] : parameters_) start["customParameters"][name] = value;
  Json json;
  json["event"] = "start";
  json["sequenceNumber"] = absl::StrCat(++sequence_number_);
  json["start"] = std::move(start);
  json["streamSid"] = stream_sid_;
  *message = Dump(json);
}

void TwilioDialect::WriteMedia(const Frame& frame, std::chrono::milliseconds timestamp,
                               std::string* message) {
  absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(frame.data()), frame.size()), &base64_);
  message->clear();
  absl::StrAppend(message, R"({"event":"media","sequenceNumber":")", ++sequence_number_,
                  R"(","media":{"track":"inbound","chunk":")", ++chunk_);
  absl::StrAppend(message, R"(","timestamp":")", timestamp.count(), R"(","payload":")", base64_, media_end_);
}

void TwilioDialect::WriteDigit(char digit, std::chrono::milliseconds /*duration*/, std::string* message) {
  *message = absl::StrCat(R"({"event":"dtmf","streamSid":")", stream_sid_, R"(","sequenceNumber":")",
                          ++sequence_number_, R"(","dtmf":{"track":"inbound_track","digit":")");
  absl::StrAppend(message, absl::string_view(&digit, 1), R"("}})");
}

void TwilioDialect::WriteMark(absl::string_view name, std::string* message) {
  Json json;
  json["event"] = "mark";
  json["sequenceNumber"] = absl::StrCat(++sequence_number_);
  json["streamSid"] = stream_sid_;
  json["mark"]["name"] = std::string(name);
  *message = Dump(json);
}

void TwilioDialect::WriteStop(std::string* message) {
  Json json;
  json["event"] = "stop";
  json["sequenceNumber"] = absl::StrCat(++sequence_number_);
  json["streamSid"] = stream_sid_;
  json["stop"]["accountSid"] = net::kTwilioAccountSid;
  json["stop"]["callSid"] = call_sid_;
  *message = Dump(json);
}

BotMessage TwilioDialect::Parse(absl::string_view text) {
  TwilioMessage read = ReadTwilioMessage(text);
  if (!read.valid) return Ignore("not a JSON object");
  if (read.event.empty()) return Ignore("no event");
  const bool media = read.event == "media", mark = read.event == "mark", clear = read.event == "clear";
  if (!media && !mark && !clear) return Ignore("unknown event");
  if (read.stream_sid != stream_sid_) return Ignore("not the streamSid of this connection");
  BotMessage message;
  if (clear) {
    message.kind = BotMessage::Kind::kClear;
  } else if (mark) {
    if (!read.has_mark) return Ignore("a mark without mark.name");
    message.kind = BotMessage::Kind::kMark;
    message.mark = std::move(read.mark);
  } else {
    if (read.payload.empty()) return Ignore("media without media.payload");
    if (!absl::Base64Unescape(read.payload, &audio_)) return Ignore("media.payload is not base64");
    message.kind = BotMessage::Kind::kAudio;
    message.audio = {reinterpret_cast<const uint8_t*>(audio_.data()), audio_.size()};
  }
  return message;
}

}  // namespace benari::media
