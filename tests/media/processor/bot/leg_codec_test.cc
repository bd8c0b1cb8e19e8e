#include "media/processor/bot/leg_codec.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>
#include <vector>

#include "media/processor/g711.h"

namespace benari::media {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes EveryCode() {
  Bytes codes(256);
  std::iota(codes.begin(), codes.end(), uint8_t{0});
  return codes;
}

Bytes Decoded(LegCodec codec, const Bytes& payload, size_t room = 1000) {
  Bytes ulaw(room);
  ulaw.resize(DecodeToUlaw(codec, payload, ulaw));
  return ulaw;
}

TEST(LegCodec, OfThePayloadTypesThatAsteriskUses) {
  EXPECT_EQ(LegCodecOf(0), LegCodec::kUlaw);
  EXPECT_EQ(LegCodecOf(8), LegCodec::kAlaw);
  EXPECT_EQ(LegCodecOf(10), LegCodec::kSlin);
  EXPECT_EQ(LegCodecOf(9), std::nullopt);
  EXPECT_EQ(LegCodecOf(118), std::nullopt);
}

TEST(LegCodec, MuLawGoesThroughAsItIs) {
  EXPECT_EQ(Decoded(LegCodec::kUlaw, EveryCode()), EveryCode());
  Frame frame;
  std::iota(frame.begin(), frame.end(), uint8_t{3});
  FramePayload buffer;
  const auto payload = EncodeFrame(LegCodec::kUlaw, frame, buffer);
  EXPECT_EQ(Bytes(payload.begin(), payload.end()), Bytes(frame.begin(), frame.end()));
}

TEST(LegCodec, ALawByTheTables) {
  EXPECT_EQ(Decoded(LegCodec::kAlaw, {0xd5, 0xaa, 0x2a}), (Bytes{0xfe, 0x80, 0x00}));
  Frame frame;
  frame.fill(kUlawSilence);
  frame[1] = 0x80;
  FramePayload buffer;
  const auto payload = EncodeFrame(LegCodec::kAlaw, frame, buffer);
  ASSERT_EQ(payload.size(), 160u);
  EXPECT_EQ(payload[0], 0xd5) << "silence";
  EXPECT_EQ(payload[1], 0xaa) << "the loudest";
}

TEST(LegCodec, SlinIsInNetworkByteOrder) {
  EXPECT_EQ(Decoded(LegCodec::kSlin, {0x03, 0xe8, 0xfc, 0x18, 0x00, 0x00, 0x7f}), (Bytes{0xce, 0x4e, 0xff}))
      << "1000, -1000, 0, and half a sample";
  Frame frame;
  frame.fill(0xce);
  FramePayload buffer;
  const auto payload = EncodeFrame(LegCodec::kSlin, frame, buffer);
  ASSERT_EQ(payload.size(), 320u);
  EXPECT_NEAR(payload[0] << 8 | payload[1], 1000, 16);
}

TEST(LegCodec, NoMoreThanThereIsRoomFor) {
  EXPECT_EQ(Decoded(LegCodec::kSlin, Bytes(100), 7).size(), 7u);
  EXPECT_EQ(Decoded(LegCodec::kAlaw, Bytes(100), 7).size(), 7u);
}

// A bot's audio, to the leg and back: no sample is off by more than the coarser law's step.
TEST(LegCodec, ThereAndBack) {
  for (int first = 0; first < 256; ++first) {
    Frame frame;
    frame.fill(static_cast<uint8_t>(first));
    FramePayload buffer;
    const auto slin = EncodeFrame(LegCodec::kSlin, frame, buffer);
    const Bytes from_slin = Decoded(LegCodec::kSlin, Bytes(slin.begin(), slin.end()));
    EXPECT_EQ(kUlawToLinear[from_slin[0]], kUlawToLinear[frame[0]]) << "nothing is lost in 16 bits";
    const auto alaw = EncodeFrame(LegCodec::kAlaw, frame, buffer);
    const Bytes from_alaw = Decoded(LegCodec::kAlaw, Bytes(alaw.begin(), alaw.end()));
    const int before = kUlawToLinear[frame[0]];
    EXPECT_NEAR(kUlawToLinear[from_alaw[0]], before, 8 + std::abs(before) / 16) << first;
  }
}

}  // namespace
}  // namespace benari::media
