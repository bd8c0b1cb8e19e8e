// The small parts of the call logic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "control/audio_format.h"
#include "control/ids.h"
#include "control/media_nodes.h"
#include "control/media_targets.h"
#include "control/snapshot.h"
#include "control/undo_stack.h"
#include "control/wake_up.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Ids, AreReadBackWhateverTheCallIsCalled) {
  const Ids ids("benari");
  for (const std::string call : {"1732350000.12", "pbx-1-1732350000.12", "a", "with/slash?and&more",
                                 "x.media1", "a b,c(d?#%\xC3\xBC-1.0", "~20", "x;2", "\\\"[]"}) {
    EXPECT_EQ(ids.Parse(ids.Bridge(call))->call_id, call);
    EXPECT_EQ(ids.Parse(ids.Destination(call, 1))->kind, ResourceKind::kDestination);
    EXPECT_EQ(ids.Parse(ids.Destination(call, 7))->number, 7);
    EXPECT_EQ(ids.Parse(ids.Destination(call, 1) + ";2")->call_id, call);
    EXPECT_EQ(ids.Parse(ids.Media(call, 12))->number, 12);
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

TEST(Ids, AnOwnerHasNoDot) {
  EXPECT_TRUE(IsValidOwner("benari_2-A"));
  for (const char* owner : {"", "a.b", "a b", "0123456789012345678901234567890123"})
    EXPECT_FALSE(IsValidOwner(owner));
}

TEST(AudioFormat, StaticPayloadTypesOnly) {
  EXPECT_EQ(FindAudioFormat("alaw")->payload_type, 8u);
  EXPECT_EQ(FindAudioFormat("ulaw")->payload_type, 0u);
  EXPECT_EQ(FindAudioFormat("g722")->clock_rate_hz, 8000u) << "RFC 3551 4.5.2";
  EXPECT_EQ(FindAudioFormat("gsm")->payload_type, 3u);
  EXPECT_EQ(FindAudioFormat("slin")->payload_type, 10u) << "as measured, see e2e FormatTest";
  EXPECT_THAT(std::string(FindAudioFormat("slin16").status().message()), HasSubstr("118"));
  EXPECT_THAT(std::string(FindAudioFormat("tea").status().message()), HasSubstr("accepted is alaw"));
}

TEST(MediaTargets, AListOrAName) {
  EXPECT_EQ(ParseMediaTargets("a:1,b:2")->fixed.size(), 2u);
  EXPECT_EQ(ParseMediaTargets("dns:///media.voice.svc:50051")->dns, Endpoint("media.voice.svc", 50051));
  for (const char* text : {"", "a", "a:0", "a:1,", "dns:///a:1,b:2", "dns:///", "a:1;b:2"}) {
    EXPECT_FALSE(ParseMediaTargets(text).ok()) << text;
  }
}

TEST(CreationTime, IsReadAsAsteriskWritesIt) {
  const auto at = ParseCreationTime("2026-01-31T12:00:00.250+0000");
  ASSERT_TRUE(at.has_value());
  EXPECT_EQ(*at, *ParseCreationTime("2026-01-31T13:00:00.250+0100"));
  EXPECT_EQ(*at - *ParseCreationTime("2026-01-31T11:59:59.000+0000"), std::chrono::milliseconds(1250));
  for (const char* text : {"", "yesterday", "2026-01-31"})
    EXPECT_FALSE(ParseCreationTime(text).has_value()) << text;
}

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

class UndoTest : public ::testing::Test {
 protected:
  UndoStack::Step Step(const std::string& name, int failures = 0) {
    auto left = std::make_shared<int>(failures);
    return [this, name, left]() -> UndoStack::Awaitable<void> {
      ran.push_back(name);
      if ((*left)-- > 0) throw std::runtime_error(name + " failed");
      co_return;
    };
  }
  template <typename T>
  void Run(boost::asio::awaitable<T> work) {
    boost::asio::co_spawn(loop, std::move(work), boost::asio::detached);
    loop.run();
    loop.restart();
  }

  boost::asio::io_context loop;
  std::vector<std::string> ran;
  std::vector<std::string> reported;
  boost::asio::awaitable<void> Pause(bool last) {
    ran.push_back(last ? "long pause" : "pause");
    co_return;
  }

  UndoStack undo{[this](bool last) { return Pause(last); },
                 [this](const std::string& step, const std::string&) { reported.push_back(step); }};
};

TEST_F(UndoTest, RunsInReverseOrderAndOnce) {
  undo.Defer("a", Step("a"));
  const auto b = undo.Defer("b", Step("b"));
  undo.Defer("c", Step("c"));
  Run(undo.RunNow(b));
  Run(undo.RunAll());
  Run(undo.RunAll());
  EXPECT_THAT(ran, ElementsAre("b", "c", "a"));
  EXPECT_TRUE(undo.empty());
}

TEST_F(UndoTest, AFailureStopsNothingAndIsTriedAgain) {
  undo.Defer("a", Step("a"));
  undo.Defer("once", Step("once", 1));
  undo.Defer("later", Step("later", 2));
  undo.Defer("never", Step("never", 100));
  Run(undo.RunAll());
  EXPECT_THAT(ran, ElementsAre("never", "pause", "never", "later", "pause", "later", "once", "pause", "once",
                               "a", "long pause", "never", "long pause", "never", "long pause", "later"));
  EXPECT_THAT(reported, ElementsAre("never"));
}

TEST(WakeUp, EndsByConditionOrByTime) {
  boost::asio::io_context loop;
  fakes::VirtualTimers timers;
  WakeUp wake_up(loop.get_executor(), timers);
  bool condition = false;
  std::vector<bool> ends;
  const auto wait = [&](Clock::Time until) -> boost::asio::awaitable<void> {
    std::function<bool()> holds = [&condition] { return condition; };
    const bool held = co_await wake_up.WaitUntil(holds, until);
    ends.push_back(held);
  };
  const auto began = timers.Now();
  boost::asio::co_spawn(loop, wait(began + std::chrono::seconds(5)), boost::asio::detached);
  fakes::SettleFor(loop, timers, std::chrono::seconds(3));
  wake_up.Wake();  // for nothing: it waits on
  fakes::SettleFor(loop, timers, std::chrono::seconds(1));
  EXPECT_TRUE(ends.empty());
  fakes::SettleFor(loop, timers, std::chrono::seconds(1));
  EXPECT_THAT(ends, ElementsAre(false));
  boost::asio::co_spawn(loop, wait(Clock::Time::max()), boost::asio::detached);
  fakes::SettleFor(loop, timers, std::chrono::hours(1));
  condition = true;
  wake_up.Wake();
  fakes::SettleFor(loop, timers, std::chrono::seconds(0));
  EXPECT_THAT(ends, ElementsAre(false, true));
}

}  // namespace
}  // namespace benari::control
