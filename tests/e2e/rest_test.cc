// Calls that are made, redirected and cancelled over the REST API, with a real Asterisk and phones.
#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/net/form.h"
#include "tests/e2e/bot_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr char kAccount[] = "AC0123456789abcdef0123456789abcdef";
constexpr char kToken[] = "0123456789abcdef";
constexpr char kHangUp[] = "<Response><Hangup/></Response>";

// The API of the control of a test.
class Rest {
 public:
  explicit Rest(const RunFolder& files) : account_file_(files.File("account")) {
    WriteFile(account_file_, absl::StrCat("account_sid: ", kAccount, "\nauth_token: ", kToken, "\n"));
  }
  std::vector<std::string> Flags() const {
    return {"--api_listen=127.0.0.1:0", "--api_account_file=" + account_file_};
  }
  void Use(const std::string& endpoint) { endpoint_ = *ParseEndpoint(endpoint); }

  // What it answers, with its HTTP status as "http".
  nlohmann::json Ask(const std::string& method, const std::string& path, const net::Form& form = {}) {
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(std::chrono::seconds(60));
    stream.connect(endpoint_.host, std::to_string(endpoint_.port));
    const std::string body = net::EncodeForm(form);
    stream << method << " /2010-04-01/Accounts/" << kAccount << path << " HTTP/1.1\r\nHost: a\r\n"
           << "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           << "Authorization: Basic " << absl::Base64Escape(absl::StrCat(kAccount, ":", kToken)) << "\r\n"
           << "Content-Length: " << body.size() << "\r\n\r\n"
           << body << std::flush;
    const std::string answer((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    const size_t end = answer.find("\r\n\r\n");
    auto json = nlohmann::json::parse(end == std::string::npos ? "" : answer.substr(end + 4), nullptr,
                                      /*allow_exceptions=*/false);
    if (!json.is_object()) json = nlohmann::json::object();
    json["http"] = answer.size() > 12 ? std::atoi(answer.substr(9, 3).c_str()) : 0;
    return json;
  }
  nlohmann::json Update(const std::string& sid, const net::Form& form) {
    return Ask("POST", absl::StrCat("/Calls/", sid, ".json"), form);
  }
  // Empty: not known, as in the moment after control has begun.
  std::string StatusOf(const std::string& sid) {
    const auto call = Ask("GET", absl::StrCat("/Calls/", sid, ".json"));
    return call["http"] == 200 ? call.value("status", "") : "";
  }
  bool UntilStatus(const std::string& sid, const std::string& status) {
    const auto deadline = steady_clock::now() + std::chrono::seconds(60);
    while (StatusOf(sid) != status) {
      if (steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return true;
  }

 private:
  const std::string account_file_;
  Endpoint endpoint_;
};

class RestTransferTest : public BotTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options = BotTest::asterisk_options();
    options.extensions +=
        "exten => 5550100,1,Answer()\n same => n,Echo()\n"
        "exten => 5550101,1,Ringing()\n same => n,Wait(5)\n same => n,Answer()\n same => n,Echo()\n";
    return options;
  }

  // The bot speaks, and the caller hears it.
  void CallInMidSpeech(const std::string& bot, std::vector<std::string> flags) {
    StartBot();
    const std::vector<std::string> api = rest_.Flags();
    flags.insert(flags.end(), api.begin(), api.end());
    flags.push_back("--dial_out_endpoint=Local/{number}@default/n");
    flags.push_back("--destination=Local/1@default/n");
    StartWithBot(bot_->url(bot), flags);
    rest_.Use(WaitForLog("serving").Field("api"));
    Call();
    sid_ = nlohmann::json::parse(Event("start").Field("start"))["callSid"];
    PhoneHears(said_, milliseconds(500));
  }
  // Then the caller is connected to the number.
  void TransferInMidSpeech(const std::string& bot, const std::string& number,
                           std::vector<std::string> flags = {}) {
    CallInMidSpeech(bot, std::move(flags));
    const std::string twiml = absl::StrCat("<Response><Dial>", number, "</Dial></Response>");
    const auto reply = rest_.Update(sid_, {{"Twiml", twiml}});
    EXPECT_EQ(reply["http"], 200);
    EXPECT_EQ(reply["status"], "in-progress");
  }
  void ExpectConnected() {
    Event("stop");
    WaitForPhase("connected");
    const std::vector<uint8_t> question = Noise(milliseconds(1000), 2);
    phone_.Say(question);
    ASSERT_TRUE(phone_.WaitUntilSaid(kPatience));
    EXPECT_GE(PhoneHears(question, milliseconds(500)), milliseconds(500));
    EXPECT_EQ(rest_.Update(sid_, {{"Twiml", kHangUp}})["http"], 200);
    EXPECT_EQ(Outcome(), "completed");
    EXPECT_TRUE(phone_.WaitUntilOver(kPatience));
  }

  Rest rest_{files_};
  std::string sid_;
};

TEST_F(RestTransferTest, InMidSpeechTheCallerIsConnectedToTheDestination) {
  TransferInMidSpeech("/say,say,until:stop", "5550100");
  ExpectConnected();
}

TEST_F(RestTransferTest, AnAttendedOneLetsTheBotSpeakWhileTheDestinationRings) {
  TransferInMidSpeech("/say,until:stop", "5550101", {"--transfer=attended"});
  WaitForPhase("dialing");
  EXPECT_EQ(PhoneHears(said_, milliseconds(2000)), milliseconds(2000)) << "the ringing cuts it off";
  ExpectConnected();
}

class RestHangUpTest : public RestTransferTest, public ::testing::WithParamInterface<bool> {};

TEST_P(RestHangUpTest, CutsTheBotOffUnlessItIsToBePlayedOut) {
  const bool drains = GetParam();
  CallInMidSpeech("/say,until:stop", {absl::StrCat("--bot_drain_on_hangup=", drains ? "true" : "false")});
  EXPECT_EQ(rest_.Update(sid_, {{"Status", "completed"}})["http"], 200);
  Event("stop");
  EXPECT_TRUE(phone_.WaitUntilOver(kPatience));
  EXPECT_EQ(Outcome(), "completed");
  EXPECT_EQ(FoundIn(said_, phone_.HeardAudio()) == milliseconds(2000), drains);
}

INSTANTIATE_TEST_SUITE_P(Drains, RestHangUpTest, ::testing::Bool());

class RestDialOutTest : public CallTest {
 protected:
  void Start() {
    std::vector<std::string> flags = rest_.Flags();
    flags.push_back("--dial_out_endpoint=PJSIP/{number}@avaya");
    flags.push_back("--dial_out_sip_endpoint=PJSIP/avaya/{uri}");
    flags.push_back("--dial_out_allow=sip:joe@127\\.0\\.0\\.1:[0-9]+");
    StartServices(flags);
    WaitForLog("connected to Asterisk");
    rest_.Use(WaitForLog("serving").Field("api"));
  }
  std::string Create(const std::string& twiml, net::Form more = {}) {
    net::Form form = {{"To", "49301"}, {"From", "49302"}, {"Twiml", twiml}};
    form.insert(form.end(), more.begin(), more.end());
    const auto deadline = steady_clock::now() + std::chrono::seconds(60);
    auto reply = rest_.Ask("POST", "/Calls.json", form);
    while (reply["http"] == 503 && steady_clock::now() < deadline) {  // until Asterisk's channels are listed
      std::this_thread::sleep_for(milliseconds(20));
      reply = rest_.Ask("POST", "/Calls.json", form);
    }
    EXPECT_EQ(reply["http"], 201) << reply;
    EXPECT_EQ(reply.value("status", ""), "queued");
    EXPECT_EQ(reply.value("direction", ""), "outbound-api");
    return reply.value("sid", "");
  }

  RunFolder files_{"/tmp", "benari-rest-"};
  Rest rest_{files_};
};

TEST_F(RestDialOutTest, AnsweredAndTheDocumentRuns) {
  Start();
  const auto trunk = Trunk("trunk_answers");
  const std::string sid = Create("<Response><Pause length=\"2\"/></Response>");
  EXPECT_TRUE(rest_.UntilStatus(sid, "in-progress"));
  EXPECT_TRUE(rest_.UntilStatus(sid, "completed"));
  EXPECT_EQ(Outcome(), "completed");
  EXPECT_THAT(trunk->Messages(), HasSubstr("INVITE sip:49301@"));
  EXPECT_THAT(trunk->Messages(), HasSubstr("<sip:49302@"));
}

TEST_F(RestDialOutTest, Busy) {
  Start();
  const auto trunk = Trunk("trunk_busy");
  EXPECT_TRUE(rest_.UntilStatus(Create(kHangUp), "busy"));
}

TEST_F(RestDialOutTest, Unknown) {
  Start();
  const auto trunk = Trunk("trunk_unknown");
  EXPECT_TRUE(rest_.UntilStatus(Create(kHangUp), "failed"));
}

TEST_F(RestDialOutTest, Unanswered) {
  Start();
  const auto trunk = Trunk("trunk_rings");
  const std::string sid = Create(kHangUp, {{"Timeout", "2"}});
  EXPECT_TRUE(rest_.UntilStatus(sid, "ringing"));
  EXPECT_TRUE(rest_.UntilStatus(sid, "no-answer"));
  const SippResult result = trunk->Stop();
  EXPECT_EQ(result.successful, 1) << "it was not cancelled\n" << result.errors;
}

TEST_F(RestDialOutTest, CancelledWhileItRings) {
  Start();
  const auto trunk = Trunk("trunk_rings");
  const std::string sid = Create(kHangUp);
  EXPECT_TRUE(rest_.UntilStatus(sid, "ringing"));
  EXPECT_EQ(rest_.Update(sid, {{"Status", "canceled"}})["http"], 200);
  EXPECT_TRUE(rest_.UntilStatus(sid, "canceled"));
  EXPECT_TRUE(trunk->WaitForMessage("CANCEL ", std::chrono::seconds(30)));
}

TEST_F(RestDialOutTest, TheNextInstanceKnowsACallThatRings) {
  Start();
  const auto trunk = Trunk("trunk_rings");
  const std::string sid = Create(kHangUp);
  EXPECT_TRUE(rest_.UntilStatus(sid, "ringing"));
  control().process().Signal(SIGKILL);
  Start();
  EXPECT_TRUE(rest_.UntilStatus(sid, "ringing"));
  const auto call = rest_.Ask("GET", absl::StrCat("/Calls/", sid, ".json"));
  EXPECT_EQ(call["to"], "49301");
  EXPECT_EQ(call["from"], "49302");
  EXPECT_EQ(call["direction"], "outbound-api");
  EXPECT_EQ(rest_.Update(sid, {{"Status", "completed"}})["http"], 200);
  EXPECT_TRUE(rest_.UntilStatus(sid, "canceled"));
}

TEST_F(RestDialOutTest, ASipUriIsDialledAndTheNextInstanceKnowsIt) {
  Start();
  const auto trunk = Trunk("trunk_rings");
  const std::string uri = absl::StrCat("sip:joe@", asterisk().trunk().ToString());
  const std::string sid = Create(kHangUp, {{"To", uri}});
  EXPECT_TRUE(rest_.UntilStatus(sid, "ringing"));
  EXPECT_THAT(trunk->Messages(), HasSubstr(absl::StrCat("INVITE ", uri, " SIP/2.0")));
  control().process().Signal(SIGKILL);
  Start();
  EXPECT_TRUE(rest_.UntilStatus(sid, "ringing"));
  EXPECT_EQ(rest_.Ask("GET", absl::StrCat("/Calls/", sid, ".json"))["to"], uri);
  EXPECT_EQ(rest_.Update(sid, {{"Status", "completed"}})["http"], 200);
  EXPECT_TRUE(rest_.UntilStatus(sid, "canceled"));
}

TEST_F(RestDialOutTest, TheNextInstanceGoesOnWithACallThatWasAnswered) {
  Start();
  const auto trunk = Trunk("trunk_answers");
  const std::string sid = Create("<Response><Dial>49303</Dial></Response>");
  WaitForPhase("connected");
  control().process().Signal(SIGKILL);
  Start();
  EXPECT_TRUE(rest_.UntilStatus(sid, "in-progress"));
  WaitForPhase("connected");
  EXPECT_EQ(rest_.Ask("GET", absl::StrCat("/Calls/", sid, ".json"))["to"], "49301");
  EXPECT_EQ(rest_.Update(sid, {{"Status", "completed"}})["http"], 200);
  EXPECT_TRUE(rest_.UntilStatus(sid, "completed"));
}

TEST_F(RestDialOutTest, AHundredAtTenASecondLeaveNothing) {
  Start();
  const auto trunk = Trunk("trunk_answers");
  std::vector<std::string> sids;
  auto next = steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    sids.push_back(Create("<Response><Pause length=\"2\"/></Response>"));
    std::this_thread::sleep_until(next += milliseconds(100));
  }
  for (const std::string& sid : sids) EXPECT_TRUE(rest_.UntilStatus(sid, "completed")) << rest_.StatusOf(sid);
  EXPECT_EQ(trunk->Stop().successful, 100);
}

}  // namespace
}  // namespace benari::e2e
