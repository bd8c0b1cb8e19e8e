#include "control/nodes/media_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control {
namespace {

using ::testing::ElementsAre;

NodeStatus Free(uint32_t ports, bool draining = false) {
  NodeStatus status;
  status.ports_free = ports;
  status.draining = draining;
  return status;
}

TEST(MediaNodes, TakeTurnsAndLeaveOutThoseThatCannot) {
  MediaNodes nodes;
  nodes.SetListed({"a", "b", "full", "draining", "down"});
  nodes.SetUp("a", Free(5));
  nodes.SetUp("b", Free(5));
  nodes.SetUp("full", Free(0));
  nodes.SetUp("draining", Free(5, true));
  EXPECT_THAT(nodes.Candidates(), ElementsAre("a", "b"));
  EXPECT_THAT(nodes.Candidates(), ElementsAre("b", "a"));
  EXPECT_THAT(nodes.Candidates(), ElementsAre("a", "b"));
  nodes.SetDown("a");
  EXPECT_THAT(nodes.Candidates(), ElementsAre("b"));
}

TEST(MediaNodes, EachIsCountedInOneState) {
  MediaNodes nodes;
  MediaNodes::Counts counts;
  nodes.set_on_change([&] { counts = nodes.Count(); });
  nodes.SetListed({"a", "b", "down"});
  EXPECT_EQ(counts.down, 3u);
  nodes.SetUp("a", Free(5));
  nodes.SetUp("b", Free(5, true));
  EXPECT_EQ(counts.up, 1u);
  EXPECT_EQ(counts.draining, 1u);
  EXPECT_EQ(counts.down, 1u);
  nodes.SetDown("a");
  EXPECT_EQ(counts.up, 0u);
  EXPECT_EQ(counts.down, 2u);
  nodes.SetListed({"b"});
  EXPECT_EQ(counts.down, 0u);
}

TEST(MediaNodes, OneThatIsListedNoMoreIsKeptWhileItIsUp) {
  MediaNodes nodes;
  nodes.SetListed({"a", "b"});
  nodes.SetUp("a", Free(5));
  nodes.SetListed({"b"});
  EXPECT_TRUE(nodes.IsUp("a"));
  EXPECT_TRUE(nodes.Candidates().empty());
  nodes.SetDown("a");
  EXPECT_EQ(nodes.nodes().count("a"), 0u);
  EXPECT_EQ(nodes.nodes().count("b"), 1u);
}

NodeStatus Process(const std::string& instance_id) {
  NodeStatus status = Free(5);
  status.instance_id = instance_id;
  return status;
}

// As localhost, which is 127.0.0.1 and ::1.
TEST(MediaNodes, OneProcessWithTwoAddressesIsOneNode) {
  MediaNodes nodes(MediaNodes::Listing::kLookedUp);
  nodes.SetListed({"127.0.0.1:1", "[::1]:1", "127.0.0.2:1"});
  nodes.SetUp("127.0.0.1:1", Process("a"));
  nodes.SetUp("[::1]:1", Process("a"));
  EXPECT_FALSE(nodes.AnotherIsUp("[::1]:1"));
  nodes.SetUp("127.0.0.2:1", Process("b"));
  EXPECT_TRUE(nodes.AnotherIsUp("[::1]:1"));
  EXPECT_EQ(nodes.Count().up, 2u);
  EXPECT_THAT(nodes.Candidates(), ElementsAre("127.0.0.1:1", "127.0.0.2:1"));
  EXPECT_EQ(nodes.Processes().size(), 2u);

  nodes.SetDown("127.0.0.1:1");
  EXPECT_EQ(nodes.Count().up, 2u);
  EXPECT_EQ(nodes.Count().down, 0u);
  EXPECT_EQ(nodes.Processes().count("[::1]:1"), 1u);
  nodes.SetDown("[::1]:1");
  EXPECT_EQ(nodes.Count().down, 1u);
}

TEST(MediaNodes, AnAddressOfANameThatNeverAnsweredIsNoLostNode) {
  for (const auto listing : {MediaNodes::Listing::kFixed, MediaNodes::Listing::kLookedUp}) {
    const bool looked_up = listing == MediaNodes::Listing::kLookedUp;
    MediaNodes nodes(listing);
    nodes.SetListed({"127.0.0.1:1", "[::1]:1"});
    nodes.SetUp("127.0.0.1:1", Process("a"));
    nodes.SetDown("[::1]:1");
    EXPECT_EQ(nodes.Count().down, looked_up ? 0u : 1u);
    EXPECT_EQ(nodes.Count().not_reached, looked_up ? 1u : 0u);
    nodes.SetDown("127.0.0.1:1");
    EXPECT_EQ(nodes.Count().down, looked_up ? 1u : 2u);
  }
}

}  // namespace
}  // namespace benari::control
