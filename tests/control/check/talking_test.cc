#include "control/check/talking.h"

#include <gtest/gtest.h>

namespace benari::control {
namespace {

TEST(Talking, IsReadOfItsEventAlone) {
  EXPECT_EQ(TalkingChannel(R"({"type":"ChannelTalkingStarted","channel":{"id":"c"},"timestamp":"t"})"), "c");
  for (const char* other :
       {R"({"type":"ChannelTalkingFinished","channel":{"id":"c"}})",
        R"({"type":"ChannelTalkingStarted","channel":"c"})",
        R"({"type":"ChannelTalkingStarted","channel":{"id":7}})", R"({"type":7})", "[]", "{", ""}) {
    EXPECT_EQ(TalkingChannel(other), "") << other;
  }
}

}  // namespace
}  // namespace benari::control
