// What the page and GET /calls are told.
#include "control/http/live_view.h"

#include <gmock/gmock.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/control/http/live_fixture.h"

namespace benari::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

class LiveViewTest : public LiveFixture {
 protected:
  Json Changes() {
    const std::string text = view_.Changes(cursor_);
    return text.empty() ? Json::object() : Json::parse(text);
  }
  static std::vector<std::string> Ids(const Json& calls) {
    std::vector<std::string> ids;
    for (const Json& call : calls) ids.push_back(call["id"]);
    return ids;
  }
  static std::vector<std::string> Keys(const Json& json) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : json.items()) keys.push_back(key);
    return keys;
  }

  LiveView::Cursor cursor_;
};

TEST_F(LiveViewTest, ACallNow) {
  const auto call = Begin("1.2");
  Pass(milliseconds(3));
  call->EnterPhase(CallPhase::kEcho);
  Pass(milliseconds(2000));
  const Json json = Json::parse(*view_.Call("1.2"));
  EXPECT_EQ(json["phase"], "echo");
  EXPECT_EQ(json["age_ms"], 2003);
  EXPECT_EQ(json["phases_ms"], Json::parse(R"({"setup":0,"echo":3})"));
  EXPECT_EQ(json["warned"], false);
  EXPECT_EQ(json["steps"],
            Json::parse(
                R"([{"at_ms":0,"level":"info","what":"call started","fields":{"channel":"PJSIP/a","calls":1}},
                    {"at_ms":3,"level":"info","what":"phase","fields":{"phase":"echo"}}])"));
  EXPECT_FALSE(json.contains("session")) << "nobody has asked media";
}

TEST_F(LiveViewTest, ACallThatEnded) {
  const auto call = Begin("1.2");
  call->Warning("no media", {{"diagnosis", "stranger"}, {"jitter_ms", 0.25}, {"flows", false}});
  Pass(milliseconds(1500));
  call->End(CallOutcome::kNoMedia, "no media: stranger");
  const Json all = Json::parse(view_.Calls());
  EXPECT_EQ(all["calls_total"], 0);
  ASSERT_EQ(Ids(all["ended"]), std::vector<std::string>{"1.2"});
  EXPECT_EQ(all["ended"][0]["outcome"], "no_media");
  EXPECT_EQ(all["ended"][0]["why"], "no media: stranger");
  EXPECT_EQ(all["ended"][0]["duration_ms"], 1500);
  EXPECT_EQ(all["ended"][0]["warned"], true);
  EXPECT_EQ(Json::parse(*view_.Call("1.2"))["steps"][1]["fields"],
            Json::parse(R"({"diagnosis":"stranger","jitter_ms":0.25,"flows":false})"));
}

TEST_F(LiveViewTest, ThereIsNoSuchCall) { EXPECT_FALSE(view_.Call("1.2").has_value()); }

TEST_F(LiveViewTest, WhatABotDoes) {
  const auto call = Begin("1.2");
  Bot request;
  request.url = "ws://bot";
  StartSession("1.2", request);
  Run(stats_.Refresh());
  const Json bot = Json::parse(*view_.Call("1.2"))["session"]["bot"];
  EXPECT_EQ(bot["phase"], "connecting");
  EXPECT_FALSE(bot.contains("first_audio_ms")) << "nothing was heard yet";
  EXPECT_EQ(bot["turns"], 0);
  EXPECT_FALSE(bot.contains("last_response_ms")) << "it has answered nothing";
  EXPECT_FALSE(bot.contains("mean_response_ms"));
  Pass(seconds(2));
  Run(stats_.Refresh());
  const Json ready = Json::parse(*view_.Call("1.2"))["session"]["bot"];
  EXPECT_EQ(ready["phase"], "ready");
  EXPECT_EQ(ready["end"], "");
  EXPECT_EQ(ready["first_audio_ms"], 100);
  EXPECT_EQ(ready["queued_ms"], 0);
  EXPECT_EQ(ready["connections"], 1);
}

TEST_F(LiveViewTest, SessionsAndNodes) {
  const auto call = Begin("1.2");
  StartSession("1.2");
  Run(stats_.Refresh());
  const Json session = Json::parse(*view_.Call("1.2"))["session"];
  EXPECT_EQ(session["node"], "a:1");
  EXPECT_EQ(session["state"], "running");
  EXPECT_EQ(session["rtp_from"], "127.0.0.1:4000");
  EXPECT_EQ(Json::parse(view_.Calls())["calls"][0]["session"], session);
  const Json nodes = Json::parse(view_.Nodes())["nodes"];
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0]["state"], "up");
  EXPECT_EQ(nodes[0]["sessions"], 1);
  EXPECT_EQ(nodes[0]["ports_total"], 500);
  EXPECT_EQ(nodes[0]["ports_free"], 480);
  EXPECT_EQ(nodes[1], Json::parse(R"({"address":"b:2","name":"","state":"not_reached"})"));
  nodes_.SetDown("a:1");
  EXPECT_EQ(Json::parse(view_.Nodes())["nodes"][0]["state"], "down");
}

TEST_F(LiveViewTest, AReaderGetsEverythingOnceAndThenWhatChanges) {
  const auto first = Begin("1");
  const auto second = Begin("2");
  Json changes = Changes();
  EXPECT_THAT(Keys(changes), ElementsAre("reset", "calls", "status", "nodes", "at"));
  EXPECT_THAT(Ids(changes["calls"]), ElementsAre("1", "2"));
  EXPECT_EQ(view_.Changes(cursor_), "");
  second->EnterPhase(CallPhase::kEcho);
  changes = Changes();
  EXPECT_THAT(Keys(changes), ElementsAre("calls", "at"));
  EXPECT_THAT(Ids(changes["calls"]), ElementsAre("2"));
  first->End(CallOutcome::kCompleted, "");
  changes = Changes();
  EXPECT_THAT(Keys(changes), ElementsAre("calls", "status", "at"));
  EXPECT_EQ(changes["calls"][0]["outcome"], "completed");
  EXPECT_EQ(changes["status"]["calls"], 1);
  SetPortsFree(479);
  EXPECT_THAT(Keys(Changes()), ElementsAre("nodes", "at"));
  state_ = ServiceState::kDraining;
  EXPECT_EQ(Changes()["status"]["state"], "draining");
  StartSession("2");
  Run(stats_.Refresh());
  EXPECT_EQ(Changes()["sessions"]["2"]["node"], "a:1");
  EXPECT_EQ(view_.Changes(cursor_), "");
}

TEST_F(LiveViewTest, SilenceIsBrokenByAHeartbeat) {
  Changes();
  Pass(LiveView::kHeartbeat - milliseconds(1));
  EXPECT_EQ(view_.Changes(cursor_), "");
  Pass(milliseconds(1));
  EXPECT_THAT(Keys(Changes()), ElementsAre("at"));
  EXPECT_EQ(view_.Changes(cursor_), "");
}

TEST_F(LiveViewTest, WhoMissedAnEndStartsAnew) {
  const auto stays = Begin("stays");
  auto lost = Begin("lost");
  Changes();
  lost->End(CallOutcome::kCompleted, "");
  for (int i = 0; i < 100; ++i) Begin(absl::StrCat("later", i))->End(CallOutcome::kCompleted, "");
  const Json changes = Changes();
  EXPECT_TRUE(changes.value("reset", false))
      << "'lost' is not among the last 100, and must not stay on the page";
  EXPECT_EQ(changes["calls"].size(), 101u);
  EXPECT_FALSE(Changes().contains("reset"));
  Begin("one more")->End(CallOutcome::kCompleted, "");
  const Json next = Changes();
  EXPECT_FALSE(next.contains("reset")) << "what was forgotten now had been sent";
  EXPECT_THAT(Ids(next["calls"]), ElementsAre("one more"));
}

TEST_F(LiveViewTest, ManyCallsComeInPortions) {
  std::vector<std::unique_ptr<CallJournal>> calls;
  for (int i = 0; i < 2500; ++i) calls.push_back(Begin(absl::StrCat(i)));
  std::set<std::string> seen;
  for (const size_t portion : {1000u, 1000u, 500u}) {
    const Json changes = Changes();
    ASSERT_EQ(changes["calls"].size(), portion);
    for (const std::string& id : Ids(changes["calls"])) seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 2500u);
  EXPECT_EQ(view_.Changes(cursor_), "");
  const Json all = Json::parse(view_.Calls());
  EXPECT_EQ(all["calls"].size(), LiveView::kMostCalls);
  EXPECT_EQ(all["calls_total"], 2500);
}

TEST_F(LiveViewTest, BytesThatAreNoTextAreReplaced) {
  const auto call = Begin("\xff");
  call->Warning("media failed", {{"why", "a\xc3"}});
  const Json json = Json::parse(*view_.Call("\xff"));
  EXPECT_EQ(json["id"], "\xef\xbf\xbd");
  EXPECT_EQ(json["steps"][1]["fields"]["why"], "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace benari::control
