// What a phone hears of a bot, sample by sample: after the table of G.711, a minute in one message, and no
// more of what the bot has cleared.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "media/processor/g711.h"
#include "tests/e2e/bot_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr size_t kFrame = 160;

std::vector<uint8_t> Through(const std::array<uint8_t, 256>& table, std::vector<uint8_t> audio) {
  for (uint8_t& sample : audio) sample = table[sample];
  return audio;
}

class BotAudioTest : public BotTest {
 protected:
  // The phone, which only listens, is not hung up on.
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options = BotTest::asterisk_options();
    options.rtp_timeout = seconds(300);
    return options;
  }
  // How much of `said` somebody has heard, once it is all, or does not become more.
  static milliseconds HeardAll(const std::vector<uint8_t>& said,
                               const std::function<std::vector<uint8_t>()>& heard,
                               milliseconds patience = kPatience) {
    return FoundOnceIn(said, heard, milliseconds(said.size() * 1000 / kSampleRateHz), patience);
  }
  void Say(seconds length) {
    said_ = Noise(length, 1);
    WriteFile(files_.File("said"), std::string(said_.begin(), said_.end()));
  }
  // Waits until the bot has seen `event` so often.
  void Await(const std::string& event, int times) {
    const auto seen = [&event, &times](const std::string& text) {
      return LogLine{text}.Field("event") == event && --times == 0;
    };
    ASSERT_TRUE(bot_->process().WaitForLine(seen, kPatience)) << event << ", " << times << " more";
  }
  media::v1::BotState BotState() {
    const auto sessions = media_view().ListSessions();
    if (!sessions.ok() || sessions->sessions_size() != 1) return {};
    return sessions->sessions(0).bot_state();
  }
};

// The phone speaks A-law. With an A-law leg media converts both ways, with one of mu-law Asterisk does.
class BotAtAlawPhoneTest : public BotAudioTest, public ::testing::WithParamInterface<const char*> {
 protected:
  AsteriskOptions asterisk_options() override {
    AsteriskOptions options = BotTest::asterisk_options();
    options.codecs = "alaw";
    return options;
  }
};

TEST_P(BotAtAlawPhoneTest, BothHearEachOtherSampleBySampleAfterTheTable) {
  StartBot();
  StartWithBot(bot_->url("/say,listen"), {absl::StrCat("--format=", GetParam())});
  SoftPhone phone({"alaw", 450, 0});
  phone.Call(asterisk().sip(), "3308487");
  ASSERT_TRUE(phone.WaitUntilUp(kPatience)) << phone.status();
  Event("mark");
  const std::vector<uint8_t> answer = Through(media::kUlawToAlaw, said_);
  EXPECT_EQ(HeardAll(answer, [&phone] { return phone.HeardAudio(); }), milliseconds(2000));
  const std::vector<uint8_t> question = Noise(milliseconds(2000), 2);  // any byte is a sample in either law
  phone.Say(question);
  ASSERT_TRUE(phone.WaitUntilSaid(kPatience));
  const std::vector<uint8_t> as_ulaw = Through(media::kAlawToUlaw, question);
  EXPECT_EQ(HeardAll(as_ulaw, [this] { return BotHeard(); }), milliseconds(2000));
  phone.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

INSTANTIATE_TEST_SUITE_P(Legs, BotAtAlawPhoneTest, ::testing::Values("alaw", "ulaw"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(BotAudioTest, AMinuteInOneMessageIsQueuedWhole) {
  Say(seconds(60));
  StartBot();
  StartWithBot(bot_->url("/say,listen"));
  Call();
  Event("said");
  const auto deadline = steady_clock::now() + kPatience;
  while (BotState().played_ms() < 1000 && steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(20));
  const media::v1::BotState state = BotState();
  EXPECT_GE(state.played_ms(), 1000u);
  EXPECT_NEAR(state.played_ms() + state.queued_ms(), 60'000, 20);
  EXPECT_EQ(state.refused_audio_ms(), 0u);
  EXPECT_EQ(state.marks_pending(), 1u);
  const std::vector<uint8_t> begin(said_.begin(), said_.begin() + 1000 * kSampleRateHz / 1000);
  EXPECT_EQ(HeardAll(begin, [this] { return phone_.HeardAudio(); }), milliseconds(1000));
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

// Takes a minute: ./dev test full.
TEST_F(BotAudioTest, AMinuteInOneMessageIsHeardToItsEnd) {
  Say(seconds(60));
  StartBot();
  StartWithBot(bot_->url("/say,listen"));
  Call();
  Event("said");
  EXPECT_EQ(HeardAll(
                said_, [this] { return phone_.HeardAudio(); }, seconds(120)),
            milliseconds(60'000));
  Event("mark");
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

// Three times, each time from the first sample on. What media counts as cleared was not played when the
// `clear` came, so that the phone hears the rest of it, and at most one frame more each time.
TEST_F(BotAudioTest, AfterAClearAtAnyMomentThePhoneHearsAtMostAFrameMore) {
  constexpr int kTimes = 3;
  Say(seconds(20));
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::minstd_rand random(seed);
  std::string path;
  for (int i = 0; i < kTimes; ++i)
    absl::StrAppend(&path, i == 0 ? "/" : ",", "play:", kFrame + random() % (2 * kSampleRateHz), ",clear");
  StartBot();
  StartWithBot(bot_->url(path + ",listen"));
  Call();
  Await("mark", 2 * kTimes);  // in each, where it may clear, and behind the last sample
  const auto deadline = steady_clock::now() + kPatience;
  const uint64_t said_ms = kTimes * said_.size() * 1000 / kSampleRateHz;
  while (BotState().played_ms() + BotState().cleared_ms() < said_ms && steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(20));  // the worker learns of the last clear with its next tick
  ASSERT_EQ(BotState().played_ms() + BotState().cleared_ms(), said_ms);
  const int64_t cleared = static_cast<int64_t>(BotState().cleared_ms()) * kSampleRateHz / 1000;
  const int64_t played = static_cast<int64_t>(kTimes * said_.size()) - cleared;
  EXPECT_GT(cleared, 0);
  EXPECT_EQ(BotState().clears(), static_cast<uint32_t>(kTimes));
  int64_t heard = 0;
  int parts = 0;
  do {
    std::this_thread::sleep_for(milliseconds(20));
    const std::vector<uint8_t> audio = phone_.HeardAudio();
    heard = parts = 0;
    for (auto at = audio.begin();; ++parts) {
      at = std::search(at, audio.end(), said_.begin(), said_.begin() + kFrame);
      if (at == audio.end()) break;
      const auto most = std::min<std::ptrdiff_t>(audio.end() - at, static_cast<std::ptrdiff_t>(said_.size()));
      const auto end = std::mismatch(at, at + most, said_.begin()).first;
      heard += end - at;
      at = end;
    }
  } while (heard < played && steady_clock::now() < deadline);
  constexpr auto kFrames = static_cast<int64_t>(kTimes * kFrame);
  EXPECT_EQ(parts, kTimes);
  EXPECT_GE(heard, played - kFrames);
  EXPECT_LE(heard, played + kFrames);
  PrintFigure("heard_more_ms", static_cast<double>(heard - played) * 1000 / kSampleRateHz);
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

}  // namespace
}  // namespace benari::e2e
