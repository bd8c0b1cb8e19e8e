#include "tests/harness/sipp.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "tests/harness/ports.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPollInterval{10};

std::string ScenarioFile(const std::string& name) { return BENARI_HARNESS_DIR "/sipp/" + name + ".xml"; }

Command SippCommand(const SippOptions& options, uint16_t rtp_port, const RunFolder& files) {
  std::vector<std::string> argv = {"sipp"};
  if (options.remote.port != 0) argv.insert(argv.end(), {options.remote.ToString(), "-s", options.number});
  argv.insert(argv.end(), {"-sf",
                           ScenarioFile(options.scenario),
                           "-i",
                           options.local.host,
                           "-p",
                           absl::StrCat(options.local.port),
                           "-mi",
                           options.local.host,
                           "-mp",
                           absl::StrCat(rtp_port),
                           "-r",
                           absl::StrCat(options.calls_per_s),
                           "-d",
                           absl::StrCat(options.pause.count()),
                           "-nostdin",
                           "-max_non_invite_retrans",  // a BYE is repeated for 40 s
                           "12",
                           "-trace_err",
                           "-error_file",
                           files.File("errors"),
                           "-trace_stat",
                           "-stf",
                           files.File("statistics"),
                           "-fd",
                           "1"});
  // Without a limit of its own SIPp places no more than a few seconds' worth of calls at a time.
  if (options.calls > 0) {
    argv.insert(argv.end(), {"-m", absl::StrCat(options.calls), "-l", absl::StrCat(options.calls)});
  }
  if (options.trace) argv.insert(argv.end(), {"-trace_msg", "-message_file", files.File("messages")});
  if (options.echo_rtp) argv.push_back("-rtp_echo");
  if (absl::EndsWith(options.scenario, "_transfers")) argv.push_back("-aa");
  if (options.scenario == "phone_talks")
    argv.insert(argv.end(), {"-set", "rounds", absl::StrCat(options.rounds)});
  return Command{"sipp " + options.scenario, argv, {{"TERM", "dumb"}}, files.path(), files.File("output")};
}

// SIPp cannot say that it listens. Whoever tries to bind its port may have it when SIPp wants it.
bool UdpPortTaken(uint16_t port) {
  std::ifstream sockets("/proc/net/udp");  // proc(5): "  sl: local address in hex:port in hex …"
  const std::string wanted = absl::StrFormat(":%04X", port);
  std::string line;
  while (std::getline(sockets, line)) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (fields.size() > 1 && absl::EndsWith(fields[1], wanted)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sipp>> Sipp::Start(SippOptions options) {
  if (!std::filesystem::exists(ScenarioFile(options.scenario))) {
    return absl::NotFoundError("no scenario " + ScenarioFile(options.scenario));
  }
  if (options.local.port == 0) options.local.port = FreeUdpPort();
  const uint16_t rtp_port = FreeRtpPort();
  return std::unique_ptr<Sipp>(new Sipp(options, rtp_port));
}

Sipp::Sipp(SippOptions options, uint16_t rtp_port)
    : options_(options),
      rtp_port_(rtp_port),
      files_(std::filesystem::temp_directory_path(), "benari-sipp-"),
      process_(SippCommand(options_, rtp_port_, files_)) {}

absl::Status Sipp::WaitUntilListening(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (!UdpPortTaken(options_.local.port)) {
    if (!process_.Running() || steady_clock::now() >= deadline) {
      return absl::UnavailableError(absl::StrCat("SIPp scenario ", options_.scenario, " does not listen on ",
                                                 options_.local.ToString(), ": ", Errors()));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return absl::OkStatus();
}

absl::StatusOr<SippResult> Sipp::WaitForEnd(milliseconds timeout) {
  if (const auto exit_code = process_.WaitForExit(timeout)) return Result(*exit_code);
  return absl::DeadlineExceededError(
      absl::StrCat("SIPp scenario ", options_.scenario, " is not over after ", timeout.count(), " ms"));
}

SippResult Sipp::Stop() { return Result(process_.Stop()); }

SippResult Sipp::Result(int exit_code) const {
  SippResult result;
  result.exit_code = exit_code;
  result.errors = Errors();
  const std::vector<std::string> lines =
      absl::StrSplit(ReadFile(files_.File("statistics")), '\n', absl::SkipEmpty());
  if (lines.size() < 2) return result;
  const std::vector<std::string> names = absl::StrSplit(lines.front(), ';');
  const std::vector<std::string> values = absl::StrSplit(lines.back(), ';');
  for (size_t i = 0; i < std::min(names.size(), values.size()); ++i) {
    if (names[i] == "SuccessfulCall(C)") (void)absl::SimpleAtoi(values[i], &result.successful);
    if (names[i] == "FailedCall(C)") (void)absl::SimpleAtoi(values[i], &result.failed);
  }
  return result;
}

std::string Sipp::Errors() const {
  const std::string errors = ReadFile(files_.File("errors"));
  return errors.empty() ? process_.LastLines(30) : errors;
}

std::string Sipp::Messages() const { return ReadFile(files_.File("messages")); }

int Sipp::Dialogs() const {
  std::set<std::string> ids;
  const std::string messages = Messages();
  for (const absl::string_view line : absl::StrSplit(messages, '\n')) {
    if (absl::StartsWith(line, "Call-ID:")) ids.emplace(line);
  }
  return static_cast<int>(ids.size());
}

bool Sipp::WaitForMessage(const std::string& start, milliseconds timeout) const {
  const auto deadline = steady_clock::now() + timeout;
  while (!absl::StrContains(Messages(), "\n" + start)) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

std::optional<int> Sipp::HangupCause() const {
  const std::string messages = Messages();
  const size_t bye = messages.rfind("\nBYE ");
  if (bye == std::string::npos) return std::nullopt;
  constexpr char kReason[] = "\nReason: Q.850;cause=";
  const size_t reason = messages.find(kReason, bye);
  if (reason == std::string::npos || reason > messages.find("\n-----", bye)) return std::nullopt;
  return std::atoi(messages.c_str() + reason + sizeof(kReason) - 1);
}

}  // namespace benari::e2e
