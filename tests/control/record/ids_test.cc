#include "control/record/ids.h"

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace benari::control {
namespace {

TEST(Ids, AreReadBackWhateverTheCallIsCalled) {
  const Ids ids("benari");
  for (const std::string call : {"1732350000.12", "pbx-1-1732350000.12", "a", "with/slash?and&more",
                                 "x.media1", "a b,c(d?#%\xC3\xBC-1.0", "~20", "x;2", "\\\"[]"}) {
    EXPECT_EQ(ids.Parse(ids.Bridge(call))->call_id, call);
    EXPECT_EQ(ids.Parse(ids.Destination(call, 1))->kind, ResourceKind::kDestination);
    EXPECT_EQ(ids.Parse(ids.Destination(call, 7))->number, 7);
    EXPECT_EQ(ids.Parse(ids.Destination(call, 1) + ";2")->call_id, call);
    EXPECT_EQ(ids.Parse(ids.Media(call, 12))->number, 12);
    EXPECT_EQ(ids.Parse(ids.Playback(call, 2))->kind, ResourceKind::kPlayback);
    EXPECT_EQ(ids.Parse(ids.Playback(call, 2))->call_id, call);
  }
}

TEST(Ids, AreLeaseIdsWhateverTheCallIsCalled) {
  const Ids ids("benari");
  EXPECT_EQ(ids.Bridge("pbx_1:@+-1732350000.12"), "benari.pbx_1:@+-1732350000.12.bridge");
  EXPECT_EQ(ids.Media("a b,\xC3\xBC/-1.0", 1), "benari.a~20b~2C~C3~BC~2F-1.0.media1");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(ids.Parse(ids.Media(all, 1))->call_id, all);
  for (const char c : ids.Media(all, 1))
    EXPECT_TRUE(absl::ascii_isalnum(c) || absl::StrContains("._:;@+~-", c)) << c;
}

TEST(Ids, OfOthersAreNotOurs) {
  const Ids ids("benari");
  for (const char* id :
       {"", "benari", "benari.", "benari..bridge", "benari.1.2.media0", "benari.1.2.mediax", "benari.1.2.tea",
        "benari-2.1.2.bridge", "1732350000.12", "benari.bridge", "xbenari.1.bridge", "benari.a b.bridge",
        "benari.a~2.bridge", "benari.a~2c.bridge", "benari.a~41.bridge"}) {
    EXPECT_FALSE(ids.Parse(id).has_value()) << id;
  }
}

TEST(Ids, OfCallsThatControlMakesTellToWhom) {
  const Ids ids("benari");
  for (const std::string called : {"+4930123456", "1", "a-b.c", "a b~/?", ""}) {
    const std::string id = ids.Outbound(called, "18c2x1");
    EXPECT_EQ(ids.OutboundTo(id), called);
    EXPECT_FALSE(ids.Parse(id).has_value()) << "it is a caller's, not a resource of a call";
    EXPECT_EQ(ids.Parse(ids.Destination(id, 1))->call_id, id);
    EXPECT_FALSE(ids.OutboundTo(id + ";2").has_value()) << "the far half of a Local channel";
    EXPECT_FALSE(Ids("benari2").OutboundTo(id).has_value());
    EXPECT_FALSE(Ids("ben").OutboundTo(id).has_value());
  }
  EXPECT_LT(
      Ids(std::string(32, 'o'))
          .Destination(Ids(std::string(32, 'o')).Outbound("+" + std::string(32, '1'), "18c2f0a1b2cx100000"),
                       1'000'000'001)
          .size(),
      150U)
      << "Asterisk's longest";
  for (const char* id : {"", "benari.out", "benari.1.out", "1732350000.12", "benari.1-2.media1"})
    EXPECT_FALSE(ids.OutboundTo(id).has_value()) << id;
}

TEST(Ids, AnOwnerHasNoDot) {
  EXPECT_TRUE(IsValidOwner("benari_2-A"));
  for (const char* owner : {"", "a.b", "a b", "0123456789012345678901234567890123"})
    EXPECT_FALSE(IsValidOwner(owner));
}

}  // namespace
}  // namespace benari::control
