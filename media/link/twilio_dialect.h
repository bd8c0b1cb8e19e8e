#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "media/link/dialect.h"

namespace benari::media {

// "MZ" and 32 hex digits, drawn at random.
std::string NewStreamSid();

// Twilio Media Streams, bidirectional (https://www.twilio.com/docs/voice/media-streams/websocket-messages).
// Confined to one thread.
class TwilioDialect : public Dialect {
 public:
  TwilioDialect(const BotConfig& config, std::string stream_sid);

  const std::string& stream_sid() const override { return stream_sid_; }
  bool WriteOpening(size_t index, std::string* message) override;
  void WriteMedia(const Frame& frame, std::chrono::milliseconds timestamp, std::string* message) override;
  void WriteDigit(char digit, std::chrono::milliseconds duration, std::string* message) override;
  void WriteMark(absl::string_view name, std::string* message) override;
  void WriteStop(std::string* message) override;

  BotMessage Parse(absl::string_view text) override;

 private:
  void WriteStart(std::string* message);

  const std::string stream_sid_;
  const std::string call_sid_;
  const std::map<std::string, std::string> parameters_;
  const std::string media_end_;  // what follows the payload
  uint64_t sequence_number_ = 0;
  uint64_t chunk_ = 0;
  std::string base64_;  // buffers, kept for the next message
  std::string audio_;
};

}  // namespace benari::media
