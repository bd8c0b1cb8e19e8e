#include "media/link/frame_backlog.h"

#include <gtest/gtest.h>

namespace benari::media {
namespace {

Frame Of(int number) {
  Frame frame{};
  frame[0] = static_cast<uint8_t>(number);
  return frame;
}

TEST(FrameBacklogTest, FirstInFirstOutWhileItGrows) {
  FrameBacklog backlog;
  int in = 0, out = 0;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(backlog.Push(Of(in++)));
    EXPECT_EQ(backlog.front(), Of(out++));
    backlog.Pop();
  }
  EXPECT_EQ(backlog.size(), 80u);
  for (; !backlog.empty(); backlog.Pop()) EXPECT_EQ(backlog.front(), Of(out++));
  EXPECT_EQ(out, in);
}

TEST(FrameBacklogTest, WhatIsTooOldGoesFirst) {
  FrameBacklog backlog;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(backlog.Push(Of(i)));
  EXPECT_FALSE(backlog.Push(Of(100)));
  EXPECT_FALSE(backlog.Push(Of(101)));
  EXPECT_EQ(backlog.size(), FrameBacklog::kMaxFrames);
  EXPECT_EQ(backlog.front(), Of(2));
}

}  // namespace
}  // namespace benari::media
