// What of an answer of another control gets onto the page, and which flags name one.
#include "control/http/peer_summary.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/control/http/live_fixture.h"

namespace benari::control {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class PeerSummaryTest : public LiveFixture {
 protected:
  // What another control answers for two calls, of which one has a session.
  Json Answer() {
    first_ = Begin("1.1");
    second_ = Begin("1.2");
    StartSession("1.2");
    Run(stats_.Refresh());
    return Json::parse(view_.Summary());
  }
  static std::string MistakeIn(const Json& answer) {
    const auto summary = ParsePeerSummary(ToText(answer), 100);
    EXPECT_FALSE(summary.ok());
    return std::string(summary.status().message());
  }

 private:
  std::unique_ptr<CallJournal> first_, second_;
};

TEST_F(PeerSummaryTest, WhatAControlTellsIsUnderstood) {
  const auto summary = ParsePeerSummary(ToText(Answer()), 100);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->instance, "f1");
  const Json& shown = *summary->shown;
  EXPECT_EQ(shown["owner"], "benari");
  EXPECT_EQ(shown["state"], "serving");
  EXPECT_EQ(shown["calls"], 2);
  ASSERT_THAT(shown["calls_now"], SizeIs(2));
  EXPECT_EQ(shown["calls_now"][0]["node"], "");
  EXPECT_EQ(shown["calls_now"][1]["id"], "1.2");
  EXPECT_EQ(shown["calls_now"][1]["node"], "a:1");
  EXPECT_EQ(shown["calls_now"][1]["phase"], "setup");
}

TEST_F(PeerSummaryTest, OnlyTheFirstCallsAreTold) {
  std::vector<std::unique_ptr<CallJournal>> calls;
  for (size_t i = 0; i <= LiveView::kMostSummaryCalls; ++i) calls.push_back(Begin(absl::StrCat(i)));
  const Json answer = Json::parse(view_.Summary());
  EXPECT_THAT(answer["calls_now"], SizeIs(LiveView::kMostSummaryCalls));
  EXPECT_EQ(answer["calls"], LiveView::kMostSummaryCalls + 1);
  EXPECT_THAT((*ParsePeerSummary(ToText(answer), 3)->shown)["calls_now"], SizeIs(3));
}

TEST_F(PeerSummaryTest, WhatIsNotDocumentedIsLeftOut) {
  Json answer = Answer();
  answer["url"] = "http://evil.example/";
  answer["peers"] = Json::array({1});
  answer["calls_now"][0]["more"] = "x";
  const auto summary = ParsePeerSummary(ToText(answer), 100);
  ASSERT_TRUE(summary.ok());
  EXPECT_FALSE(summary->shown->contains("url"));
  EXPECT_FALSE(summary->shown->contains("peers"));
  EXPECT_FALSE((*summary->shown)["calls_now"][0].contains("more"));
}

TEST_F(PeerSummaryTest, AnyFieldOfAnotherTypeIsAMistake) {
  const Json answer = Answer();
  for (const auto& [name, value] : answer.items()) {
    Json wrong = answer;
    wrong[name] = nullptr;
    EXPECT_EQ(MistakeIn(wrong), absl::StrCat("no usable '", name, "'"));
    wrong.erase(name);
    EXPECT_EQ(MistakeIn(wrong), absl::StrCat("no usable '", name, "'"));
  }
  for (const char* const name : {"id", "phase", "age_ms", "phases_ms", "warned", "node"}) {
    Json wrong = answer;
    wrong["calls_now"][1][name] = Json::array();
    EXPECT_EQ(MistakeIn(wrong), absl::StrCat("a call: no usable '", name, "'"));
  }
  Json wrong = answer;
  wrong["calls_now"][0]["phases_ms"]["setup"] = "<b>";
  EXPECT_EQ(MistakeIn(wrong), "a call: no usable 'phases_ms'");
  wrong["calls_now"][0] = 7;
  EXPECT_EQ(MistakeIn(wrong), "a call: no object");
  EXPECT_EQ(MistakeIn(Json::array()), "no object");
}

TEST_F(PeerSummaryTest, PhasesStayInTheOrderInWhichTheyBegan) {
  Json answer = Answer();
  answer["calls_now"][0]["phases_ms"] = {{"setup", 0}, {"echo", 3.5}, {"dialing", 7000.5}};
  const auto summary = ParsePeerSummary(ToText(answer), 100);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(ToText((*summary->shown)["calls_now"][0]["phases_ms"]),
            R"({"setup":0.0,"echo":3.5,"dialing":7000.5})");
}

TEST_F(PeerSummaryTest, WhatIsNoJsonOrAnAbyssOfItEndsNothing) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const std::string& text : {std::string("<html>"), std::string(), std::string(100000, '['), deep,
                                  absl::StrCat("{\"owner\":", deep, "}")})
    EXPECT_FALSE(ParsePeerSummary(text, 100).ok()) << text.substr(0, 10);
}

TEST(ParsePeersTest, NamesTheMistake) {
  const auto mistake = [](const std::vector<std::string>& texts) {
    const auto peers = ParsePeers(texts);
    return peers.ok() ? "" : std::string(peers.status().message());
  };
  EXPECT_EQ(mistake({}), "");
  EXPECT_EQ(mistake({"http://control-west:9101", "http://[::1]:9101/"}), "");
  EXPECT_EQ((*ParsePeers({"http://a:9101/"}))[0].ToString(), "http://a:9101");
  EXPECT_THAT(mistake({"http://a:9101", "https://b"}),
              "'https://b': accepted is http://HOST:PORT, without a user or a path");
  EXPECT_THAT(mistake({"a:9101"}), HasSubstr("'a:9101': accepted is http://HOST:PORT,"));
  EXPECT_THAT(mistake({"http://a:9101/calls"}), HasSubstr("or a path"));
  EXPECT_THAT(mistake({"http://a:9101", "http://a:9101/"}), HasSubstr("is there twice"));
  std::vector<std::string> many;
  for (size_t i = 0; i <= Peers::kMost; ++i) many.push_back(absl::StrCat("http://a", i));
  EXPECT_EQ(mistake(many), "accepted are at most 16");
}

}  // namespace
}  // namespace benari::control
