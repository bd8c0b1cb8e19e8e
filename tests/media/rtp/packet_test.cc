#include "media/rtp/packet.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/media/rtp_bytes.h"

namespace benari::media::rtp {
namespace {

using Bytes = std::vector<uint8_t>;

// A fixed header with `first` as its first octet, followed by `rest`.
Bytes With(uint8_t first, const Bytes& rest = {}) {
  Bytes bytes = {first, 0x88, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe};
  for (const uint8_t octet : rest) bytes.push_back(octet);
  return bytes;
}

TEST(ParsePacket, ReadsEveryField) {
  Packet packet;
  ASSERT_EQ(ParsePacket(With(0x80, {1, 2, 3}), &packet), ParseResult::kOk);
  EXPECT_TRUE(packet.marker);
  EXPECT_EQ(packet.payload_type, 8);
  EXPECT_EQ(packet.sequence, 0x1234);
  EXPECT_EQ(packet.timestamp, 0xdeadbeefu);
  EXPECT_EQ(packet.ssrc, 0xcafebabeu);
  EXPECT_EQ(packet.payload_offset, 12u);
  EXPECT_EQ(packet.payload_bytes, 3u);
}

struct Case {
  const char* what;
  Bytes bytes;
  ParseResult result;
  size_t payload_offset = 0;
  size_t payload_bytes = 0;
};

TEST(ParsePacket, Table) {
  const Bytes csrc(8, 0xcc);
  const Case cases[] = {
      {"nothing", {}, ParseResult::kLength},
      {"one octet", {0x80}, ParseResult::kLength},
      {"one short of a header", Bytes(11, 0x80), ParseResult::kLength},
      {"version 0", With(0x00), ParseResult::kVersion},
      {"version 1", With(0x40), ParseResult::kVersion},
      {"version 3", With(0xc0), ParseResult::kVersion},
      {"header only", With(0x80), ParseResult::kOk, 12, 0},
      {"two CSRCs", With(0x82, csrc), ParseResult::kOk, 20, 0},
      {"three CSRCs said, two there", With(0x83, csrc), ParseResult::kLength},
      {"extension of no words", With(0x90, {0xbe, 0xde, 0, 0, 7}), ParseResult::kOk, 16, 1},
      {"extension of one word", With(0x90, {0xbe, 0xde, 0, 1, 1, 2, 3, 4, 7, 7}), ParseResult::kOk, 20, 2},
      {"extension header cut", With(0x90, {0xbe, 0xde, 0}), ParseResult::kLength},
      {"extension cut", With(0x90, {0xbe, 0xde, 0, 1, 1, 2, 3}), ParseResult::kLength},
      {"extension of 65535 words", With(0x90, {0xbe, 0xde, 0xff, 0xff, 1}), ParseResult::kLength},
      {"padding", With(0xa0, {9, 9, 0, 2}), ParseResult::kOk, 12, 2},
      {"all padding", With(0xa0, {0, 0, 3}), ParseResult::kOk, 12, 0},
      {"padding of 0", With(0xa0, {9, 0}), ParseResult::kLength},
      {"more padding than payload", With(0xa0, {9, 3}), ParseResult::kLength},
      {"padding and no payload", With(0xa0), ParseResult::kLength},  // 0xbe is read as its length
  };
  for (const Case& each : cases) {
    Packet packet;
    ASSERT_EQ(ParsePacket(each.bytes, &packet), each.result) << each.what;
    if (each.result != ParseResult::kOk) continue;
    EXPECT_EQ(packet.payload_offset, each.payload_offset) << each.what;
    EXPECT_EQ(packet.payload_bytes, each.payload_bytes) << each.what;
  }
}

TEST(WriteHeader, IsReadBackTheSame) {
  Packet packet;
  packet.marker = true;
  packet.payload_type = 127;
  packet.sequence = 65535;
  packet.timestamp = 0xffffffff;
  packet.ssrc = 0x80000001;
  std::array<uint8_t, kFixedHeaderBytes> bytes;
  WriteHeader(packet, bytes);
  Packet read;
  ASSERT_EQ(ParsePacket(bytes, &read), ParseResult::kOk);
  EXPECT_TRUE(read.marker);
  EXPECT_EQ(read.payload_type, 127);
  EXPECT_EQ(read.sequence, 65535);
  EXPECT_EQ(read.timestamp, 0xffffffffu);
  EXPECT_EQ(read.ssrc, 0x80000001u);
}

TEST(SetSsrc, ChangesNothingElse) {
  Bytes bytes = RtpBytes(7);
  Bytes expected = bytes;
  SetSsrc(0x01020304, bytes);
  expected[8] = 1, expected[9] = 2, expected[10] = 3, expected[11] = 4;
  EXPECT_EQ(bytes, expected);
}

}  // namespace
}  // namespace benari::media::rtp
