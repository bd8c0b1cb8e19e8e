#include "tests/e2e/demo/bot_demo.h"

#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/e2e/demo/dialogue.h"
#include "tests/e2e/demo/keep.h"
#include "tests/harness/asterisk_server.h"
#include "tests/harness/bot_process.h"
#include "tests/harness/media_view.h"
#include "tests/harness/rtp_tap.h"
#include "tests/harness/sipp.h"
#include "tests/harness/soft_phone.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{30};
constexpr milliseconds kPollInterval{20};
constexpr milliseconds kBotIsDone{900};         // of silence; between its sentences there is less
constexpr milliseconds kBeforeInterrupt{3000};  // of the bot's words
constexpr milliseconds kAfterTransfer{1500};

struct Turn {
  std::string says;  // a sentence, or a key
  bool is_key = false;
  bool interrupts = false;
};
const std::vector<Turn>& Turns() {
  static const auto& turns = *new std::vector<Turn>{{"sales please"},
                                                    {"four seven one"},
                                                    {"1", /*is_key=*/true},
                                                    {"connect me now", false, /*interrupts=*/true}};
  return turns;
}

template <typename T>
T OrThrow(absl::StatusOr<T> result) {
  if (!result.ok()) throw std::runtime_error(std::string(result.status().message()));
  return std::move(*result);
}

// Confined to the thread that made it; the processes' lines come from their reading threads.
class BotDemo {
 public:
  BotDemo(const Endpoint& sip, const std::string& out, bool keep) : sip_(sip), out_(out), keep_(keep) {}

  int Run() {
    Start();
    Dialogue::PrintHead();
    dialogue_.Begin();
    phone_.Call(Endpoint("127.0.0.1", asterisk_->sip().port), "3308487");
    if (!phone_.WaitUntilUp(kPatience))
      throw std::runtime_error("Asterisk does not answer: " + phone_.status());
    phone_.Say({});  // silence, until the first turn
    for (const Turn& turn : Turns()) Take(turn);
    const bool transferred = dialogue_.WaitFor("destination answered", kPatience);
    std::this_thread::sleep_for(kAfterTransfer);
    dialogue_.AddCaller("hangs up");
    phone_.HangUp();
    const bool ended = dialogue_.WaitFor("call ended", kPatience);
    WriteStereoWav(out_ + "/dialogue.wav", tap_->Sent(), tap_->Heard());
    std::cout << "\nWhile the bot was interrupted:\n" << session_ << "\n";
    const bool clean = ProveNothingIsLeft();
    std::cout << "both sides: " << out_
              << "/dialogue.wav (left the caller, right what it heard)\nlogs: " << out_ << std::endl;
    if (keep_) KeepRunning(HowToCallIn(asterisk_->sip()), *media_, *control_);
    return transferred && ended && clean && Understood() ? 0 : 1;
  }

 private:
  void Start() {
    asterisk_ = OrThrow(AsteriskServer::Start({sip_, out_ + "/asterisk.log"}));
    SippOptions trunk;
    trunk.scenario = "trunk_answers";
    trunk.local = asterisk_->trunk();
    trunk.calls = 0;
    trunk.echo_rtp = true;
    trunk_ = OrThrow(Sipp::Start(trunk));
    const absl::Status listening = trunk_->WaitUntilListening(kPatience);
    if (!listening.ok()) throw std::runtime_error(std::string(listening.message()));
    for (const Turn& turn : Turns()) Prepare(turn);
    bot_ = OrThrow(BotProcess::Start("speaking.switchboard", {},
                                     [this](const std::string& line) { dialogue_.AddBotLine(line); }));
    ServiceOptions media;
    media.log_file = out_ + "/media.log";
    media_ = OrThrow(MediaProcess::Start(media));
    ServiceOptions control;
    control.log_file = out_ + "/control.log";
    control.extra_flags = {"--flow=bot", "--bot_url=" + bot_->url("/switchboard"), "--bot_on_close=transfer"};
    control.on_log_line = [this](const LogLine& line) { dialogue_.AddControlLine(line); };
    control_ = OrThrow(ControlProcess::Start(asterisk_->ari_access(), media_->grpc(), control));
    tap_ = OrThrow(RtpTap::Start(phone_.rtp_port()));
    std::cout
        << "Asterisk  " << OrThrow(asterisk_->ari().Version()) << ", SIP " << asterisk_->sip().ToString()
        << "\ntrunk     SIPp: answers as 4438007 and echoes\nphone     alaw; flite's voice rms\nbot       "
        << bot_->url("/switchboard") << ": pocketsphinx hears, flite's voice slt speaks\nmedia     gRPC "
        << media_->grpc().ToString() << "\ncontrol   metrics " << control_->metrics().ToString() << "\n\n";
  }

  // The sentence as a file of A-law.
  void Prepare(const Turn& turn) {
    if (turn.is_key) return;
    const std::string file = absl::StrCat(out_, "/caller.", speech_.size(), ".alaw");
    if (!BotProcess::RunModule("speaking.voice", {"--out=" + file, turn.says}, kPatience))
      throw std::runtime_error("flite does not say \"" + turn.says + "\"");
    const std::string audio = ReadFile(file);
    std::filesystem::remove(file);
    speech_[turn.says].assign(audio.begin(), audio.end());
  }

  void Take(const Turn& turn) {
    WaitForMyTurn(turn.interrupts);
    if (turn.interrupts) RememberSession();
    phone_.ForgetHeard();
    if (turn.is_key) {
      dialogue_.AddCaller("presses " + turn.says);
      phone_.Press(turn.says);
    } else {
      dialogue_.AddCaller(
          absl::StrCat("\"", turn.says, "\"", turn.interrupts ? ", while the bot speaks" : ""));
      phone_.Say(speech_[turn.says]);
    }
    if (!phone_.WaitUntilSaid(kPatience)) throw std::runtime_error("the call is over too early");
  }

  // The bot has spoken since the last turn, and has ended; or is in the middle of it.
  void WaitForMyTurn(bool interrupts) {
    const auto deadline = steady_clock::now() + kPatience;
    std::optional<steady_clock::time_point> began;
    while (steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kPollInterval);
      const auto last = phone_.last_loud();
      if (!last) continue;
      if (!began) began = last;
      const auto now = steady_clock::now();
      if (interrupts ? now - *began > kBeforeInterrupt : now - *last > kBotIsDone) return;
    }
    throw std::runtime_error("the caller hears nothing of the bot");
  }

  // What grpcurl would show now.
  void RememberSession() {
    const MediaView view(media_->grpc());
    const auto listed = view.ListSessions();
    if (!listed.ok() || listed->sessions_size() == 0) return;
    const std::string lease = listed->sessions(0).lease().lease_id();
    const auto session = view.GetSession(lease);
    if (!session.ok()) return;
    session_ =
        absl::StrCat("$ grpcurl -plaintext -d '{\"lease_id\": \"", lease, "\"}' ", media_->grpc().ToString(),
                     " benari.media.v1.Media/GetSession\n", AsJson(*session));
  }

  bool ProveNothingIsLeft() {
    const absl::Status empty = asterisk_->ari().WaitUntilEmpty(kPatience);
    const auto leases = MediaView(media_->grpc()).ListSessions();
    if (!empty.ok() || !leases.ok()) {
      std::cout << (empty.ok() ? leases.status() : empty).message() << "\n";
      return false;
    }
    std::cout << "left: 0 channels, 0 bridges, " << leases->sessions_size() << " leases\n";
    return leases->sessions_size() == 0;
  }

  bool Understood() {
    std::vector<std::string> spoken;
    for (const Turn& turn : Turns()) {
      if (!turn.is_key) spoken.push_back(turn.says);
    }
    const bool interrupted = dialogue_.BotTexts("interrupted").size() == 1;
    if (dialogue_.BotTexts("heard") == spoken && interrupted && dialogue_.outcome() == "completed")
      return true;
    std::cout << "the bot understood \"" << absl::StrJoin(dialogue_.BotTexts("heard"), "\", \"") << "\", was "
              << (interrupted ? "" : "not ") << "interrupted, and the call ended as " << dialogue_.outcome()
              << "\n";
    return false;
  }

  const Endpoint sip_;
  const std::string out_;
  const bool keep_;
  Dialogue dialogue_;
  std::map<std::string, std::vector<uint8_t>> speech_;  // A-law by sentence
  std::string session_;                                 // as grpcurl shows it, in mid-call
  SoftPhone phone_{{"alaw", 400, 0}};
  std::unique_ptr<AsteriskServer> asterisk_;
  std::unique_ptr<Sipp> trunk_;
  std::unique_ptr<BotProcess> bot_;
  std::unique_ptr<MediaProcess> media_;
  std::unique_ptr<ControlProcess> control_;
  std::unique_ptr<RtpTap> tap_;
};

}  // namespace

int RunBotDemo(const Endpoint& sip, const std::string& out, bool keep) {
  return BotDemo(sip, out, keep).Run();
}

}  // namespace benari::e2e
