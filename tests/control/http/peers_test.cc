// Other controls that answer, and those that answer late, too much, wrong or never; over real sockets.
#include "control/http/peers.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/control/ari/scripted_server.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::control {
namespace {

using ari::HttpAnswerText;
using ari::Script;
using ari::ScriptedServer;
using ari::Step;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Kind = Step::Kind;

// Of an instance of this owner, with one call.
std::string Summary(const std::string& owner, const std::string& instance = "i7",
                    const std::string& state = "serving") {
  const Json call = {{"id", "1.1"},     {"phase", "echo"},
                     {"age_ms", 20.5},  {"phases_ms", {{"setup", 0}, {"echo", 3}}},
                     {"warned", false}, {"node", "a:1"}};
  const Json summary = {{"owner", owner},
                        {"app", "voicebot1"},
                        {"state", state},
                        {"version", "1.2.3"},
                        {"asterisk", "http://a:8088/ari"},
                        {"calls", 1},
                        {"max_calls", 200},
                        {"calls_now", Json::array({call})},
                        {"instance", instance}};
  return summary.dump();
}

Script Answers(const std::string& body, const std::string& status = "200 OK") {
  return {Step(Kind::kReadRequest), Step(Kind::kSend, HttpAnswerText(status, body))};
}

class PeersTest : public ::testing::Test {
 protected:
  void SetPeers(const std::vector<const ScriptedServer*>& servers) {
    std::vector<std::string> urls;
    for (const ScriptedServer* server : servers) urls.push_back(UrlOf(*server));
    peers_ = std::make_unique<Peers>(loop_.get_executor(), *ParsePeers(urls), clock_, limits_);
  }
  static std::string UrlOf(const ScriptedServer& server) {
    return absl::StrCat("http://127.0.0.1:", server.port());
  }
  // Returns what is shown once all have answered, or failed.
  Json Ask() {
    bool done = false;
    boost::asio::co_spawn(loop_, peers_->Refresh(), [&done](const std::exception_ptr& error) {
      EXPECT_EQ(error, nullptr);
      done = true;
    });
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    loop_.restart();
    while (!done && std::chrono::steady_clock::now() < give_up) {
      if (loop_.run_one_for(milliseconds(100)) == 0) loop_.restart();
    }
    EXPECT_TRUE(done) << "not within 60 s";
    return peers_->ToJson("own");
  }
  void Pass(milliseconds time) { clock_.AdvanceTo(clock_.Now() + time); }

  boost::asio::io_context loop_;
  fakes::VirtualTimers clock_;
  PeerLimits limits_;
  std::unique_ptr<Peers> peers_;
};

TEST_F(PeersTest, AreShownInTheirOrder) {
  ScriptedServer east(loop_, {Answers(Summary("east"))});
  ScriptedServer west(loop_, {Answers(Summary("west"))});
  SetPeers({&east, &west});
  const Json shown = Ask();
  ASSERT_THAT(shown, SizeIs(2));
  EXPECT_EQ(shown[0]["owner"], "east");
  EXPECT_EQ(shown[1]["owner"], "west");
  EXPECT_EQ(shown[1]["url"], UrlOf(west));
  EXPECT_EQ(shown[1]["problem"], "");
  EXPECT_EQ(shown[1]["heard_ms_ago"], 0);
  EXPECT_EQ(shown[1]["calls_now"][0]["phases_ms"]["echo"], 3);
  ASSERT_THAT(west.requests, SizeIs(1));
  EXPECT_THAT(west.requests[0], StartsWith("GET /summary HTTP/1.1\r\n"));
  EXPECT_THAT(west.requests[0], HasSubstr(absl::StrCat("Host: 127.0.0.1:", west.port(), "\r\n")));
}

TEST_F(PeersTest, AreAskedOnceASecondHoweverManyLook) {
  ScriptedServer west(loop_, {Answers(Summary("west"))});
  SetPeers({&west});
  EXPECT_EQ(west.connections, 0) << "nobody has looked";
  const uint64_t before = peers_->version();
  Ask();
  Pass(milliseconds(999));
  Ask();
  EXPECT_EQ(west.connections, 1);
  EXPECT_EQ(peers_->version(), before + 1);
  Pass(milliseconds(1));
  Ask();
  EXPECT_EQ(west.connections, 2);
  EXPECT_EQ(peers_->version(), before + 2);
}

TEST_F(PeersTest, ThisProcessIsNoPeerOfItself) {
  ScriptedServer own(loop_, {Answers(Summary("benari", "own"))});
  ScriptedServer standby(loop_, {Answers(Summary("benari", "other"))});
  SetPeers({&own, &standby});
  const Json shown = Ask();
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(shown[0]["url"], UrlOf(standby));
}

TEST_F(PeersTest, OneThatIsGoneIsShownAsItWas) {
  ScriptedServer west(loop_, {Answers(Summary("west")), {Step(Kind::kReadRequest), Step(Kind::kClose)}});
  SetPeers({&west});
  Ask();
  Pass(milliseconds(5000));
  const Json shown = Ask();
  EXPECT_EQ(shown[0]["problem"], "closed the connection within its answer");
  EXPECT_EQ(shown[0]["heard_ms_ago"], 5000);
  EXPECT_EQ(shown[0]["owner"], "west");
}

TEST_F(PeersTest, OfSeveralBehindOneNameTheOneThatServesIsShown) {
  const Script serves = Answers(Summary("west", "a"));
  const Script stands_by = Answers(Summary("west", "b", "standing_by"));
  ScriptedServer west(loop_, {stands_by, serves, stands_by});
  SetPeers({&west});
  EXPECT_EQ(Ask()[0]["state"], "standing_by") << "the other was never heard";
  for (const char* const state : {"serving", "serving"}) {
    Pass(milliseconds(5000));
    EXPECT_EQ(Ask()[0]["state"], state);
  }
  Pass(milliseconds(5000));
  EXPECT_EQ(Ask()[0]["state"], "standing_by") << "nobody has served for 10 s";
}

TEST_F(PeersTest, NothingListensThere) {
  ScriptedServer gone(loop_, {});
  SetPeers({&gone});
  gone.Stop();
  const Json shown = Ask();
  EXPECT_EQ(shown[0]["problem"], "nothing listens there");
  EXPECT_FALSE(shown[0].contains("owner"));
  EXPECT_FALSE(shown[0].contains("heard_ms_ago"));
}

TEST_F(PeersTest, HoweverOneAnswersItIsOneLineAndTheOtherIsShown) {
  limits_.time = milliseconds(300);
  const std::string headers = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
  const struct {
    Script script;
    std::string problem;
  } kCases[] = {
      {{Step(Kind::kReadRequest)}, "no whole answer within 300 ms"},
      {{Step(Kind::kReadRequest), Step(Kind::kSend, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"ow")},
       "no whole answer within 300 ms"},
      {Answers(std::string((128 << 10) + 1, ' ')), "its answer has more than 131072 bytes"},
      {{Step(Kind::kReadRequest), Step(Kind::kSend, headers),
        Step(Kind::kSendForEver, std::string(1000, ' '))},
       "its answer has more than 131072 bytes"},
      {{Step(Kind::kReadRequest), Step(Kind::kSend, "SSH-2.0\r\n\r\n")}, "does not speak HTTP: "},
      {Answers("<html>"), "its answer cannot be read: no JSON"},
      {Answers("{}"), "its answer cannot be read: no usable 'owner'"},
      {Answers("{}", "404 Not Found"), "answered 404 Not Found: is a control there, of this version?"},
      {Answers("{}", "421 Misdirected Request"),
       "answered 421 Misdirected Request: the name is not among its --metrics_hosts"},
      {Answers("{}", "302 Found"), "answered 302 Found"},
  };
  for (const auto& each : kCases) {
    ScriptedServer bad(loop_, {each.script});
    ScriptedServer west(loop_, {Answers(Summary("west"))});
    SetPeers({&bad, &west});
    const Json shown = Ask();
    ASSERT_THAT(shown, SizeIs(2)) << each.problem;
    EXPECT_THAT(std::string(shown[0]["problem"]), StartsWith(each.problem));
    EXPECT_FALSE(shown[0].contains("owner"));
    EXPECT_EQ(shown[1]["owner"], "west") << each.problem;
    EXPECT_EQ(bad.connections, 1) << "no redirect, no second try";
  }
}

TEST_F(PeersTest, WithoutAnyNothingIsAsked) {
  SetPeers({});
  EXPECT_THAT(Ask(), IsEmpty());
}

}  // namespace
}  // namespace benari::control
