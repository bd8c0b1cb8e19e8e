#include "tests/harness/phone_voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::e2e {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr uint32_t kSsrc = 0x01020304;
constexpr uint32_t kTimestamp = 0x10000000;
constexpr int kAlawType = 8;

class PhoneVoiceTest : public ::testing::Test {
 protected:
  using Bytes = std::vector<uint8_t>;

  Bytes Payload() {
    const Bytes packet = voice_.NextPacket(kAlawType);
    return Bytes(packet.begin() + 12, packet.end());
  }

  PhoneVoice voice_{FindCodec("alaw"), 400, kSsrc, kTimestamp};
};

TEST_F(PhoneVoiceTest, SpeechIsFollowedBySilence) {
  EXPECT_FALSE(voice_.sends());
  voice_.Say(Bytes(200, 7));
  ASSERT_TRUE(voice_.sends());
  EXPECT_THAT(voice_.NextPacket(kAlawType).front(), 0x80);
  EXPECT_FALSE(voice_.done());
  Bytes second = Payload();
  EXPECT_TRUE(voice_.done());
  ASSERT_EQ(second.size(), 160u);
  EXPECT_THAT(Bytes(second.begin(), second.begin() + 40), Each(7));
  EXPECT_THAT(Bytes(second.begin() + 40, second.end()), Each(0xD5));
  EXPECT_TRUE(voice_.sends()) << "a phone sends silence as well";
}

TEST_F(PhoneVoiceTest, NumbersAndTimestampsRunOn) {
  voice_.SayTone(0xFFFF);
  const Bytes first = voice_.NextPacket(kAlawType);
  const Bytes second = voice_.NextPacket(kAlawType);
  EXPECT_THAT(Bytes(first.begin(), first.begin() + 12),
              ElementsAre(0x80, 8, 0xFF, 0xFF, 0x10, 0, 0, 0, 1, 2, 3, 4));
  EXPECT_THAT(Bytes(second.begin(), second.begin() + 12),
              ElementsAre(0x80, 8, 0, 0, 0x10, 0, 0, 160, 1, 2, 3, 4));
}

// RFC 4733, 2.5.1: one timestamp for all packets of an event, a growing duration, the last one three times.
TEST_F(PhoneVoiceTest, AKeyIsAnEvent) {
  voice_.Press("#");
  std::vector<Bytes> packets;
  for (int i = 0; i < 9; ++i) packets.push_back(voice_.NextPacket(kAlawType));
  EXPECT_THAT(packets[0], ElementsAre(0x80, 0x80 | 101, 0, 0, 0x10, 0, 0, 0, 1, 2, 3, 4, 11, 10, 0, 160));
  EXPECT_THAT(packets[1],
              ElementsAre(0x80, 101, 0, 1, 0x10, 0, 0, 0, 1, 2, 3, 4, 11, 10, 320 >> 8, 320 & 0xFF));
  for (int i = 5; i < 8; ++i) {
    EXPECT_THAT(packets[i],
                ElementsAre(0x80, 101, 0, i, 0x10, 0, 0, 0, 1, 2, 3, 4, 11, 0x8A, 800 >> 8, 800 & 0xFF));
  }
  EXPECT_EQ(packets[8][1], kAlawType);
  EXPECT_FALSE(voice_.done()) << "the pause before the next key";
}

}  // namespace
}  // namespace benari::e2e
