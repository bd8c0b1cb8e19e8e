#include "tests/e2e/bot_test.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"

namespace benari::e2e {

using std::chrono::milliseconds;

AsteriskOptions BotTest::asterisk_options() {
  AsteriskOptions options;
  options.codecs = "ulaw";
  options.extensions =
      "\n[default](+)\n"
      "exten => onward,1,Answer()\n same => n,Stasis(voicebot1,inbound,flow=bot,bot_on_close=continue)\n"
      " same => n,Echo()\n"
      "exten => answers,1,Answer()\n same => n,Echo()\n"
      "exten => unanswered,1,Stasis(voicebot1,inbound)\n";
  return options;
}

void BotTest::SetUp() {
  CallTest::SetUp();
  WriteFile(files_.File("said"), std::string(said_.begin(), said_.end()));
}

void BotTest::StartBot() {
  auto bot = BotProcess::Start("scripted", {"--audio=" + files_.File("said"), "--out=" + files_.path()});
  if (!bot.ok()) throw std::runtime_error(std::string(bot.status().message()));
  bot_ = std::move(*bot);
}

void BotTest::StartWithBot(const std::string& url, std::vector<std::string> flags,
                           std::vector<std::string> media_flags) {
  flags.insert(flags.begin(), {"--flow=bot", "--bot_url=" + url});
  StartServices(std::move(flags), std::move(media_flags));
  WaitForLog("connected to Asterisk");
}

void BotTest::Call(const std::string& number) {
  phone_.Call(asterisk().sip(), number);
  ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
}

LogLine BotTest::Event(const std::string& event, int connection) {
  const auto line = bot_->WaitForEvent(event, connection, kPatience);
  EXPECT_TRUE(line) << "the bot saw no " << event << " on its WebSocket " << connection << "; it said\n"
                    << bot_->process().LastLines(50);
  return line.value_or(LogLine{"{}"});
}

std::vector<uint8_t> BotTest::BotHeard(int connection) {
  const std::string heard = ReadFile(files_.File(absl::StrCat("uplink.", connection)));
  return std::vector<uint8_t>(heard.begin(), heard.end());
}

std::vector<uint8_t> BotTest::Noise(milliseconds length, uint32_t seed) {
  std::minstd_rand random(seed);
  std::vector<uint8_t> noise(static_cast<size_t>(length.count() * kSampleRateHz / 1000));
  for (uint8_t& sample : noise) sample = static_cast<uint8_t>(random() >> 8);
  return noise;
}

milliseconds BotTest::FoundIn(const std::vector<uint8_t>& said, const std::vector<uint8_t>& heard) {
  constexpr size_t kBegin = 160;
  const auto at = std::search(heard.begin(), heard.end(), said.begin(), said.begin() + kBegin);
  if (at == heard.end()) return milliseconds(0);
  const auto length = std::min<std::ptrdiff_t>(heard.end() - at, static_cast<std::ptrdiff_t>(said.size()));
  const auto differs = std::mismatch(at, at + length, said.begin()).first;
  return milliseconds((differs - at) * 1000 / kSampleRateHz);
}

milliseconds BotTest::FoundOnceIn(const std::vector<uint8_t>& said,
                                  const std::function<std::vector<uint8_t>()>& heard, milliseconds enough,
                                  milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (FoundIn(said, heard()) < enough && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(20));
  return FoundIn(said, heard());
}

void PrintFigure(const std::string& name, double value) {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::printf("figures: %s.%s: %s=%.1f\n", test->test_suite_name(), test->name(), name.c_str(), value);
}

double SecondsOf(const LogLine& bot_line) { return std::atof(bot_line.Field("time").c_str()); }

}  // namespace benari::e2e
