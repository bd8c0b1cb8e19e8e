// A webhook has a text said: real flite, real Asterisk, and what a phone hears of it.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <span>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "media/processor/g711.h"
#include "tests/e2e/bot_test.h"
#include "tests/e2e/shared_folder.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;

constexpr char kToken[] = "12345";
constexpr size_t kWavHeaderBytes = 44, kFrame = 160;
constexpr double kLoud = 500;  // root mean square of 20 ms

std::vector<int16_t> SamplesOf(const std::string& wav) {
  std::vector<int16_t> samples;
  for (size_t i = kWavHeaderBytes; i + 1 < wav.size(); i += 2)
    samples.push_back(
        static_cast<int16_t>(static_cast<uint8_t>(wav[i]) | static_cast<uint8_t>(wav[i + 1]) << 8));
  return samples;
}

std::vector<int16_t> SamplesOf(const std::vector<uint8_t>& ulaw) {
  std::vector<int16_t> samples;
  for (const uint8_t byte : ulaw) samples.push_back(media::kUlawToLinear[byte]);
  return samples;
}

// How alike they are where they are most alike: 1 if `heard` has the whole of `said` in it.
double Likeness(const std::vector<int16_t>& said, const std::vector<int16_t>& heard) {
  double best = 0;
  for (size_t at = 0; at + said.size() <= heard.size(); ++at) {
    double product = 0, of_said = 0, of_heard = 0;
    for (size_t i = 0; i < said.size(); ++i) {
      const double a = said[i], b = heard[at + i];
      product += a * b;
      of_said += a * a;
      of_heard += b * b;
    }
    if (of_heard > 0) best = std::max(best, product / std::sqrt(of_said * of_heard));
  }
  return best;
}

milliseconds LoudIn(const std::vector<int16_t>& samples) {
  milliseconds loud(0);
  for (size_t at = 0; at + kFrame <= samples.size(); at += kFrame) {
    double sum = 0;
    for (const int16_t each : std::span(samples).subspan(at, kFrame)) sum += double{1} * each * each;
    if (std::sqrt(sum / kFrame) > kLoud) loud += milliseconds(20);
  }
  return loud;
}

class SayTest : public BotTest {
 protected:
  void StartSaying(const std::string& command) {
    auto webhook =
        BotProcess::StartListening({"node", "webhook.js", kToken, "ws://unused", "1", "2", "3", "4"});
    if (!webhook.ok()) throw std::runtime_error(std::string(webhook.status().message()));
    webhook_ = std::move(*webhook);
    WriteFile(files_.File("token"), absl::StrCat(kToken, "\n"));
    StartServices({"--flow=webhook", "--webhook_url=" + webhook_->url("/said"),
                   "--webhook_auth_token_file=" + files_.File("token"), "--say_command=" + command,
                   "--say_directory=" + said_in_.path()});
    WaitForLog("connected to Asterisk");
  }
  // Of the files with this extension; there has to be one.
  std::string TheFile(const std::string& extension) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(said_in_.path()))
      if (entry.path().extension() == extension) found.push_back(entry.path().string());
    EXPECT_EQ(found.size(), 1U) << extension;
    return found.empty() ? "" : ReadFile(found.front());
  }

  SharedFolder said_in_;
  std::unique_ptr<BotProcess> webhook_;
};

// One voice of 8 kHz, and one of 16, which Asterisk converts.
TEST_F(SayTest, ACallerHearsWhatFliteSays) {
  StartSaying("flite -voice {voice} -o {file} -t {text}");
  Call();
  EXPECT_EQ(Outcome(), "completed");
  const std::vector<int16_t> heard = SamplesOf(phone_.HeardAudio());
  const std::vector<int16_t> first = SamplesOf(TheFile(".wav")), second = SamplesOf(TheFile(".wav16"));
  EXPECT_GE(Likeness(first, heard), 0.98);
  const milliseconds loud_first = LoudIn(first), loud_second = LoudIn(second) / 2, loud = LoudIn(heard);
  EXPECT_GE(loud_second, milliseconds(300));
  EXPECT_GE(loud - loud_first, loud_second / 2) << "of the other voice";
  PrintFigure("heard of two sentences, ms", static_cast<double>(loud.count()));
}

TEST_F(SayTest, ACommandThatFailsIsNamedInTheLogAndTheNextVerbRuns) {
  StartSaying("flite --nonsense {file} {text}");
  Call();
  EXPECT_THAT(WaitForLog("verb of the webhook not done").Field("why"),
              ::testing::HasSubstr("--say_command: "));
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
