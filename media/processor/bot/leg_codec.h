#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "media/processor/bot/frame_queue.h"

// Between the mu-law of a bot and what the peer sends and receives, at 8000 Hz. Pure.
namespace benari::media {

inline constexpr uint8_t kPayloadTypeSlin = 10;  // Asterisk's: L16 at 8000 Hz, in network byte order

enum class LegCodec { kUlaw, kAlaw, kSlin };

// nullopt: none that a bot can be joined with.
std::optional<LegCodec> LegCodecOf(uint8_t payload_type);

// Decodes as many samples as fit into `ulaw` and returns their number. Half a sample at the end is ignored.
size_t DecodeToUlaw(LegCodec codec, std::span<const uint8_t> payload, std::span<uint8_t> ulaw);

// Returns the payload of `frame`, which is `frame` itself or in `buffer`.
using FramePayload = std::array<uint8_t, 2 * kFrameBytes>;
std::span<const uint8_t> EncodeFrame(LegCodec codec, const Frame& frame, FramePayload& buffer);

}  // namespace benari::media
