#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/call_test.h"
#include "tests/harness/bot_process.h"
#include "tests/harness/run_folder.h"
#include "tests/harness/soft_phone.h"

namespace benari::e2e {

// A test in which a caller with a phone of mu-law, which Asterisk does not have to transcode, talks with a
// bot.
class BotTest : public CallTest {
 protected:
  static constexpr std::chrono::seconds kPatience{30};

  AsteriskOptions asterisk_options() override;
  void SetUp() override;

  // tests/bots/scripted.py; `said_` is what it says.
  void StartBot();
  // The services, with calls that go to a bot there.
  void StartWithBot(const std::string& url, std::vector<std::string> flags = {},
                    std::vector<std::string> media_flags = {});
  void Call(const std::string& number = "3308487");
  // The first such event of the bot's nth WebSocket; fails the test when it does not come.
  LogLine Event(const std::string& event, int connection = 1);
  // What the bot heard over its nth WebSocket, so far.
  std::vector<uint8_t> BotHeard(int connection = 1);

  // Mu-law noise that does not repeat, so that each part of it is found in one place only.
  static std::vector<uint8_t> Noise(std::chrono::milliseconds length, uint32_t seed);
  // How much of `said` is found in `heard`, from its first sample on, without a gap or a change.
  static std::chrono::milliseconds FoundIn(const std::vector<uint8_t>& said,
                                           const std::vector<uint8_t>& heard);
  // The same, once it is `enough`, or does not become that in time.
  static std::chrono::milliseconds FoundOnceIn(const std::vector<uint8_t>& said,
                                               const std::function<std::vector<uint8_t>()>& heard,
                                               std::chrono::milliseconds enough,
                                               std::chrono::milliseconds patience = kPatience);
  // Of the audio at the phone.
  std::chrono::milliseconds PhoneHears(const std::vector<uint8_t>& said, std::chrono::milliseconds enough) {
    return FoundOnceIn(
        said, [this] { return phone_.HeardAudio(); }, enough);
  }

  std::vector<uint8_t> said_ = Noise(std::chrono::milliseconds(2000), 1);
  RunFolder files_{"/tmp", "benari-bot-"};
  std::unique_ptr<BotProcess> bot_;
  SoftPhone phone_{{"ulaw", 450, 0}};
};

// A figure for the log, as the chaos tests print theirs.
void PrintFigure(const std::string& name, double value);
double SecondsOf(const LogLine& bot_line);  // its "time", since 1970

}  // namespace benari::e2e
