// One call from end to end, told as it happens: what `./dev demo` runs.
#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/flag_types.h"
#include "tests/e2e/demo/bot_demo.h"
#include "tests/e2e/demo/keep.h"
#include "tests/e2e/demo/stage.h"
#include "tests/e2e/demo/timeline.h"
#include "tests/harness/asterisk_server.h"
#include "tests/harness/media_view.h"

using benari::Endpoint;
using benari::Seconds;

ABSL_FLAG(Seconds, echo_seconds, Seconds{7}, "how long the caller hears itself; at most 600");
ABSL_FLAG(bool, keep, false, "leave everything running after the call, until Ctrl-C");
ABSL_FLAG(Endpoint, sip_listen, Endpoint("127.0.0.1", 0),
          "where Asterisk listens for phones; 0.0.0.0:5060 for a softphone on another machine");
ABSL_FLAG(std::string, out, "out", "folder for the WAV and the logs");

ABSL_FLAG(bool, bot, false, "the caller speaks with a bot, and is transferred; needs a real Asterisk");

constexpr char kOptions[] = "--bot --echo_seconds=7 --keep --sip_listen=127.0.0.1:0 --out=out";

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
constexpr milliseconds kTalkTime{3000};  // with the destination
constexpr milliseconds kNoteInterval{1000};
constexpr double kMaxEchoSeconds = 600;

void Say(const std::string& text) { std::cout << text << std::endl; }

absl::StatusOr<std::unique_ptr<Stage>> MakeStage(const StageOptions& options) {
  const absl::Status available = AsteriskServer::Available();
  if (available.ok()) return MakeRealStage(options);
  Say(absl::StrCat(available.message(),
                   "\nThe same call runs against the project's own fake Asterisk instead."));
  return MakeFakeStage(options);
}

std::string Statistics(const media::v1::Session& session) {
  const auto& stats = session.stats();
  return absl::StrFormat("port=%d received=%d echoed=%d lost=%d jitter_ms=%.2f", session.lease().rtp().port(),
                         stats.received_packets(), stats.sent_packets(), stats.lost_packets(),
                         stats.jitter_ms());
}

// A line a second while the session echoes, and in the middle what grpcurl would show.
void FollowEcho(const MediaView& media, Timeline& timeline, milliseconds echo_time) {
  const auto began = std::chrono::steady_clock::now();
  bool shown = false;
  for (milliseconds at = kNoteInterval / 2; at < echo_time; at += kNoteInterval) {
    std::this_thread::sleep_until(began + at);
    const auto listed = media.ListSessions();
    if (!listed.ok() || listed->sessions_size() == 0) continue;
    timeline.Note("media says", Statistics(listed->sessions(0)));
    if (shown || at + kNoteInterval < echo_time / 2) continue;
    shown = true;
    Say("\n$ grpcurl -plaintext " +
        Endpoint(listed->node().grpc().host(), listed->node().grpc().port()).ToString() +
        " benari.media.v1.Media/ListSessions\n" + AsJson(*listed));
  }
}

// What is left anywhere; all zero, or the demo fails.
bool ProveNothingIsLeft(Stage& stage, const MediaView& media) {
  const auto asterisk = stage.Left();
  const auto leases = media.ListSessions();
  if (!asterisk.ok() || !leases.ok()) {
    Say(std::string((asterisk.ok() ? leases.status() : asterisk.status()).message()));
    return false;
  }
  Say(absl::StrCat("left: ", *asterisk, ", ", leases->sessions_size(), " leases"));
  return leases->sessions_size() == 0;
}

int RunWithBot() {
  if (absl::Status available = AsteriskServer::Available(); !available.ok())
    throw std::runtime_error(std::string(available.message()));
  const std::string out = std::filesystem::absolute(absl::GetFlag(FLAGS_out));
  std::filesystem::create_directories(out);
  for (const char* log : {"/asterisk.log", "/media.log", "/control.log", "/dialogue.wav"})
    std::filesystem::remove(out + log);
  return RunBotDemo(absl::GetFlag(FLAGS_sip_listen), out, absl::GetFlag(FLAGS_keep));
}

int Run() {
  if (absl::GetFlag(FLAGS_bot)) return RunWithBot();
  const milliseconds echo_time = absl::GetFlag(FLAGS_echo_seconds).ms();
  StageOptions options;
  options.sip = absl::GetFlag(FLAGS_sip_listen);
  options.echo_time = echo_time;
  options.hang_up_after = echo_time + kTalkTime;
  options.log_dir = std::filesystem::absolute(absl::GetFlag(FLAGS_out));
  options.wav_file = options.log_dir + "/heard.wav";
  std::filesystem::create_directories(options.log_dir);
  for (const char* log :
       {"/asterisk.log", "/fake_asterisk.log", "/media.log", "/control.log", "/heard.wav"}) {
    std::filesystem::remove(options.log_dir + log);
  }
  auto stage = MakeStage(options);
  if (!stage.ok()) throw std::runtime_error(std::string(stage.status().message()));
  ServiceOptions media_options;
  media_options.log_file = options.log_dir + "/media.log";
  auto media = MediaProcess::Start(media_options);
  if (!media.ok()) throw std::runtime_error(std::string(media.status().message()));
  Timeline timeline;
  ServiceOptions control_options;
  control_options.extra_flags = {
      absl::StrCat("--echo_seconds=", AbslUnparseFlag(absl::GetFlag(FLAGS_echo_seconds)))};
  control_options.log_file = options.log_dir + "/control.log";
  control_options.on_log_line = [&timeline](const LogLine& line) { timeline.Add(line); };
  auto control = ControlProcess::Start((*stage)->ari_access(), (*media)->grpc(), control_options);
  if (!control.ok()) throw std::runtime_error(std::string(control.status().message()));
  Say(absl::StrCat((*stage)->Description(), "\nmedia     gRPC ", (*media)->grpc().ToString(), ", metrics ",
                   (*media)->metrics().ToString(), "\ncontrol   app voicebot1, metrics ",
                   (*control)->metrics().ToString(), "\n"));

  const MediaView media_view((*media)->grpc());
  Timeline::PrintHead();
  if (absl::Status called = (*stage)->Call(); !called.ok())
    throw std::runtime_error(std::string(called.message()));
  if (timeline.WaitFor("session started", kPatience)) FollowEcho(media_view, timeline, echo_time);
  const bool ended = timeline.WaitFor("call ended", options.hang_up_after + kPatience);
  const auto finished = (*stage)->Finish();
  Say(absl::StrCat("\n", finished.ok() ? *finished : finished.status().message()));
  const bool clean = ProveNothingIsLeft(**stage, media_view);
  Say(absl::StrCat("heard by the caller: ", options.wav_file, "\nlogs: ", options.log_dir));
  if (absl::GetFlag(FLAGS_keep)) {
    const std::string how = (*stage)->HowToCallIn();
    KeepRunning(how.empty() ? "only with a real Asterisk" : how, **media, **control);
  }
  return ended && finished.ok() && clean ? 0 : 1;
}

}  // namespace
}  // namespace benari::e2e

// absl's own line does not say which options there are.
void RefuseUnknownOptions(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string name(absl::StripPrefix(argv[i], "--"));
    if (name != argv[i] && absl::FindCommandLineFlag(name.substr(0, name.find('='))) != nullptr) continue;
    std::cerr << "demo: unknown option " << argv[i] << "; accepted are " << kOptions << std::endl;
    std::exit(2);
  }
}

// The caller of --bot hears no echo.
void RefuseEchoTimeOfBot(int argc, char** argv) {
  for (int i = 1; i < argc && absl::GetFlag(FLAGS_bot); ++i) {
    const absl::string_view option(argv[i]);
    if (!absl::StartsWith(option, "--echo_seconds")) continue;
    std::cerr
        << "demo: " << option
        << " is not accepted with --bot, where nothing echoes; accepted are --keep, --sip_listen and --out"
        << std::endl;
    std::exit(2);
  }
}

int main(int argc, char** argv) {
  RefuseUnknownOptions(argc, argv);
  absl::SetProgramUsageMessage(absl::StrCat("one call from end to end: ./dev demo ", kOptions));
  absl::ParseCommandLine(argc, argv);
  RefuseEchoTimeOfBot(argc, argv);
  benari::FlagErrors errors;
  const Seconds echo = absl::GetFlag(FLAGS_echo_seconds);
  errors.Require(!echo.infinite() && echo.value >= 0 && echo.value <= benari::e2e::kMaxEchoSeconds,
                 "echo_seconds", AbslUnparseFlag(echo), "0 to 600");
  errors.Require(!absl::GetFlag(FLAGS_sip_listen).host.empty(), "sip_listen", "",
                 "host:port, such as 0.0.0.0:5060");
  errors.ExitIfAny();
  if (absl::GetFlag(FLAGS_keep)) {  // before any thread starts, so that only WaitForCtrlC sees them
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  }
  try {
    return benari::e2e::Run();
  } catch (const std::exception& error) {
    std::cerr << "demo: " << error.what() << std::endl;
    return 1;
  }
}
