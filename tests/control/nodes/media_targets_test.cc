#include "control/nodes/media_targets.h"

#include <gtest/gtest.h>

namespace benari::control {
namespace {

TEST(MediaTargets, AListOrAName) {
  EXPECT_EQ(ParseMediaTargets("a:1,b:2")->fixed.size(), 2u);
  EXPECT_EQ(ParseMediaTargets("dns:///media.voice.svc:50051")->dns, Endpoint("media.voice.svc", 50051));
  for (const char* text : {"", "a", "a:0", "a:1,", "dns:///a:1,b:2", "dns:///", "a:1;b:2"}) {
    EXPECT_FALSE(ParseMediaTargets(text).ok()) << text;
  }
}

}  // namespace
}  // namespace benari::control
