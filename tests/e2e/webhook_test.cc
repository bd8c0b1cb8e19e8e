// A bot and its webhook, written with Twilio's library: what the caller hears, and what the webhook is told.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/e2e/bot_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class WebhookTest : public BotTest {
 protected:
  static constexpr char kToken[] = "12345";

  AsteriskOptions asterisk_options() override {
    AsteriskOptions options = BotTest::asterisk_options();
    options.extensions +=
        "exten => 5550199,1,Hangup(17)\n"
        "exten => 5550102,1,Ringing()\n same => n,Wait(60)\n"
        "exten => 5550100,1,Answer()\n same => n,Echo()\n";
    return options;
  }
  void StartWebhook() {
    const std::string rootfs = AsteriskServer::Rootfs();
    sounds_ = std::make_unique<RunFolder>(rootfs + "/tmp", "benari-sound-");
    WriteFile(sounds_->File("hello.ulaw"), std::string(sound_.begin(), sound_.end()));
    const std::string media = "sound:" + sounds_->File("hello").substr(rootfs.size());  // as Asterisk sees it
    auto webhook = BotProcess::StartListening(
        {"node", "webhook.js", kToken, bot_->url("/say,until:mark,close"), "5550199", "5550100", "5550102",
         media, absl::StrCat("sip:joe@", asterisk().trunk().ToString())});
    if (!webhook.ok()) throw std::runtime_error(std::string(webhook.status().message()));
    webhook_ = std::move(*webhook);
  }
  // The nth request to this target.
  LogLine Asked(const std::string& target, int nth = 1) {
    int seen = 0;
    const auto is_it = [&](const std::string& text) {
      return LogLine{text}.Field("asked") == target && ++seen == nth;
    };
    const auto line = webhook_->process().WaitForLine(is_it, kPatience);
    EXPECT_TRUE(line) << "not asked: " << target << "\n" << webhook_->process().LastLines(20);
    return LogLine{line.value_or("{}")};
  }

  const std::vector<uint8_t> sound_ = Noise(milliseconds(1000), 3);
  std::unique_ptr<RunFolder> sounds_;
  std::unique_ptr<BotProcess> webhook_;
};

TEST_F(WebhookTest, ABotWithItsWebhookIsMovedHereInFiveFlags) {
  StartBot();
  StartWebhook();
  WriteFile(files_.File("token"), absl::StrCat(kToken, "\n"));
  WriteFile(files_.File("twilio"), absl::StrCat("auth_token: ", kToken, "\n"));
  StartServices({"--flow=webhook", "--webhook_url=" + webhook_->url("/voice?x=1"),
                 "--webhook_auth_token_file=" + files_.File("token"),
                 "--dial_out_endpoint=Local/{number}@default/n", "--bot_credential=twilio"},
                {"--bot_credentials_dir=" + files_.path()});
  WaitForLog("connected to Asterisk");
  Call();
  const LogLine first = Asked("/voice?x=1");
  EXPECT_EQ(first.Field("signed"), "true");
  EXPECT_EQ(first.Field("To"), "3308487");
  EXPECT_EQ(first.Field("CallStatus"), "ringing");
  const auto start = nlohmann::json::parse(Event("start").Field("start"));
  EXPECT_EQ(start["callSid"], first.Field("CallSid"));
  EXPECT_EQ(start["accountSid"], first.Field("AccountSid"));
  EXPECT_EQ(start["customParameters"]["customer"], absl::StrCat("<", first.Field("From"), ">"));
  Event("mark");
  const LogLine started = Asked("/status");
  EXPECT_EQ(started.Field("StreamEvent"), "stream-started");
  EXPECT_EQ(started.Field("StreamSid"), start["streamSid"].get<std::string>());
  EXPECT_EQ(Asked("/status", 2).Field("StreamEvent"), "stream-stopped");
  EXPECT_EQ(Asked("/after").Field("CallStatus"), "in-progress");
  const LogLine dialled = Asked("/dialled");
  EXPECT_EQ(dialled.Field("DialCallStatus"), "busy");
  EXPECT_EQ(dialled.Field("CallSid"), first.Field("CallSid"));
  WaitForPhase("connected");
  const std::vector<uint8_t> question = Noise(milliseconds(1000), 2);
  phone_.Say(question);
  ASSERT_TRUE(phone_.WaitUntilSaid(kPatience));
  EXPECT_GE(PhoneHears(question, milliseconds(500)), milliseconds(500));
  EXPECT_EQ(FoundIn(said_, phone_.HeardAudio()), milliseconds(2000)) << "nothing of the bot was cut off";
  EXPECT_EQ(FoundIn(sound_, phone_.HeardAudio()), milliseconds(1000)) << "nor of the sound after it";
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

TEST_F(WebhookTest, ASoundIsHeardSampleBySampleAndOfThreeNumbersTheFirstToAnswerIsConnected) {
  StartBot();
  StartWebhook();
  WriteFile(files_.File("token"), absl::StrCat(kToken, "\n"));
  StartServices({"--flow=webhook", "--webhook_url=" + webhook_->url("/sounds"),
                 "--webhook_auth_token_file=" + files_.File("token"),
                 "--dial_out_endpoint=Local/{number}@default/n"});
  WaitForLog("connected to Asterisk");
  Call();
  WaitForPhase("dialing");
  EXPECT_EQ(FoundIn(sound_, phone_.HeardAudio()), milliseconds(1000)) << "before the next verb";
  EXPECT_THAT(WaitForLog("verb of the webhook not done").Field("why"), ::testing::HasSubstr("sound:missing"));
  WaitForPhase("connected");
  const std::vector<uint8_t> question = Noise(milliseconds(1000), 2);
  phone_.ForgetHeard();
  phone_.Say(question);
  ASSERT_TRUE(phone_.WaitUntilSaid(kPatience));
  EXPECT_GE(PhoneHears(question, milliseconds(500)), milliseconds(500)) << "the tone does not go on";
  const auto deadline = steady_clock::now() + kPatience;
  const auto others_are_gone = [this] {
    const auto channels = asterisk().ari().Channels();
    return channels.ok() && channels->size() == 3;  // the caller, and both halves of one Local channel
  };
  while (!others_are_gone() && steady_clock::now() < deadline) std::this_thread::sleep_for(milliseconds(20));
  EXPECT_TRUE(others_are_gone()) << "another number rings on";
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

// The trunk speaks A-law only, the phone mu-law.
class WebhookSipTest : public WebhookTest {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options = WebhookTest::asterisk_options();
    options.codecs = "alaw,ulaw";
    return options;
  }
};

TEST_F(WebhookSipTest, ASipUriIsDialledAsItStandsAndOneThatIsNotAllowedIsNot) {
  StartBot();
  StartWebhook();
  WriteFile(files_.File("token"), absl::StrCat(kToken, "\n"));
  const auto trunk = Trunk("trunk_answers");
  StartServices({"--flow=webhook", "--format=alaw", "--webhook_url=" + webhook_->url("/sip"),
                 "--webhook_auth_token_file=" + files_.File("token"),
                 "--dial_out_sip_endpoint=PJSIP/avaya/{uri}",
                 "--dial_out_allow=sip:joe@127\\.0\\.0\\.1:[0-9]+"});
  WaitForLog("connected to Asterisk");
  Call();
  EXPECT_THAT(WaitForLog("verb of the webhook not done").Field("why"),
              ::testing::HasSubstr("'sip:eve@127.0.0.1' is not dialled"));
  WaitForPhase("connected");
  const std::string uri = absl::StrCat("sip:joe@", asterisk().trunk().ToString());
  EXPECT_THAT(trunk->Messages(), ::testing::HasSubstr(absl::StrCat("INVITE ", uri, " SIP/2.0")));
  EXPECT_THAT(trunk->Messages(), ::testing::Not(::testing::HasSubstr("sip:eve")));
  EXPECT_EQ(trunk->Dialogs(), 1);
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

TEST_F(WebhookTest, ThatRefusesTheSignatureIsNamedInTheLogAndTheCallerIsTransferred) {
  StartBot();
  StartWebhook();
  StartServices({"--flow=webhook", "--webhook_url=" + webhook_->url("/voice?x=1"),
                 "--destination=Local/answers@default/n"});
  WaitForLog("connected to Asterisk");
  Call();
  EXPECT_THAT(WaitForLog("webhook failed").Field("why"), ::testing::HasSubstr("--webhook_auth_token_file"));
  EXPECT_EQ(Asked("/voice?x=1").Field("signed"), "false");
  WaitForPhase("connected");
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
