#include "media/processor/bot/leg_codec.h"

#include <algorithm>

#include "media/processor/g711.h"

namespace benari::media {

std::optional<LegCodec> LegCodecOf(uint8_t payload_type) {
  switch (payload_type) {
    case kPayloadTypePcmu:
      return LegCodec::kUlaw;
    case kPayloadTypePcma:
      return LegCodec::kAlaw;
    case kPayloadTypeSlin:
      return LegCodec::kSlin;
    default:
      return std::nullopt;
  }
}

size_t DecodeToUlaw(LegCodec codec, std::span<const uint8_t> payload, std::span<uint8_t> ulaw) {
  const size_t bytes_each = codec == LegCodec::kSlin ? 2 : 1;
  const size_t samples = std::min(payload.size() / bytes_each, ulaw.size());
  for (size_t i = 0; i < samples; ++i) {
    switch (codec) {
      case LegCodec::kUlaw:
        ulaw[i] = payload[i];
        break;
      case LegCodec::kAlaw:
        ulaw[i] = kAlawToUlaw[payload[i]];
        break;
      case LegCodec::kSlin:
        ulaw[i] = ToUlaw(static_cast<int16_t>(payload[2 * i] << 8 | payload[2 * i + 1]));
        break;
    }
  }
  return samples;
}

std::span<const uint8_t> EncodeFrame(LegCodec codec, const Frame& frame, FramePayload& buffer) {
  switch (codec) {
    case LegCodec::kUlaw:
      break;
    case LegCodec::kAlaw:
      std::transform(frame.begin(), frame.end(), buffer.begin(),
                     [](uint8_t code) { return kUlawToAlaw[code]; });
      return std::span(buffer).first(kFrameBytes);
    case LegCodec::kSlin:
      for (size_t i = 0; i < kFrameBytes; ++i) {
        const auto sample = static_cast<uint16_t>(kUlawToLinear[frame[i]]);
        buffer[2 * i] = static_cast<uint8_t>(sample >> 8);
        buffer[2 * i + 1] = static_cast<uint8_t>(sample);
      }
      return buffer;
  }
  return frame;
}

}  // namespace benari::media
