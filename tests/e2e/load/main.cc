// How many calls a second until something fails: what `./dev load` runs.
#include <cstdio>
#include <exception>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/command_line.h"
#include "tests/e2e/load/load_stage.h"

ABSL_FLAG(std::vector<std::string>, rates,
          std::vector<std::string>({"30", "40", "50", "60", "100", "150", "200"}),
          "calls a second, one row each; what has failed is left out of the next rows");
ABSL_FLAG(std::vector<std::string>, control, {}, "further flags of control, such as --ari_connections=16");
ABSL_FLAG(int, seconds, 20, "how long calls are placed, in each column of a row");

namespace benari::e2e {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::string Failed(const LoadResult& result) { return absl::StrCat(result.failed, " of ", result.calls); }

// Those that control refused are among the failed ones: their phone is hung up on.
std::string Refused(const LoadStage& stage) {
  const auto outcomes = stage.Outcomes();
  const auto refused = outcomes.find("refused");
  return refused == outcomes.end() ? "" : absl::StrCat(" (refused: ", refused->second, ")");
}

double CpuMsOfACall(double cpu_s, const LoadResult& result) { return cpu_s * 1000 / result.calls; }

// Which of the two still held at the rate before; what has failed is not asked to do more.
struct Holds {
  bool echo = true;
  bool benari = true;
  bool clean = true;  // nothing was left
};

std::string EchoCells(LoadStage& stage, const Load& load, Holds* holds) {
  if (!holds->echo) return "| | ";
  const LoadResult result = stage.Run(load);
  stage.WaitUntilNothingIsLeft(kPatience);
  holds->echo = result.failed == 0;
  return absl::StrFormat("| %s | %.1f ", Failed(result), CpuMsOfACall(result.asterisk_cpu_s, result));
}

std::string BenariCells(LoadStage& stage, const Load& load, Holds* holds) {
  if (!holds->benari) return "| | | | | |";
  const LoadResult result = stage.Run(load);
  const Left left = stage.WaitUntilNothingIsLeft(kPatience);
  holds->benari = result.failed == 0;
  holds->clean = holds->clean && left.sum() == 0;
  return absl::StrFormat("| %s%s | %.1f | %.1f | %.1f | %s |", Failed(result), Refused(stage),
                         CpuMsOfACall(result.asterisk_cpu_s, result),
                         CpuMsOfACall(result.control_cpu_s, result), CpuMsOfACall(result.media_cpu_s, result),
                         left.sum() == 0 ? "0" : left.ToString());
}

// Throws when a part does not start or does not answer.
int Run(const std::vector<int>& rates, int seconds) {
  std::printf(
      "| calls | Echo(): failed | Asterisk, CPU ms a call | benari: failed | Asterisk, CPU ms a call | "
      "control | "
      "media | left |\n"
      "|---|---|---|---|---|---|---|---|\n");
  Holds holds;
  for (const int rate : rates) {
    if (!holds.echo && !holds.benari) break;
    std::fflush(stdout);
    LoadStage::Options options;
    options.control_flags = absl::GetFlag(FLAGS_control);
    const auto stage = LoadStage::Start(options);
    if (!stage.ok()) throw std::runtime_error(std::string(stage.status().message()));
    const Load echo{kEcho, static_cast<double>(rate), rate * seconds};
    const Load benari{kBenari, static_cast<double>(rate), rate * seconds};
    const std::string echo_cells = EchoCells(**stage, echo, &holds);
    const std::string benari_cells = BenariCells(**stage, benari, &holds);
    std::printf("| %d/s %s%s\n", rate, echo_cells.c_str(), benari_cells.c_str());
  }
  return holds.clean ? 0 : 1;
}

}  // namespace
}  // namespace benari::e2e

int main(int argc, char** argv) {
  benari::FlagErrors errors;
  benari::ParseCommandLine(argc, argv,
                           "prints a table: calls that fail, CPU time of a call in ms, and what is left, by "
                           "calls a second; once to Asterisk's Echo(), once to benari",
                           &errors);
  std::vector<int> rates;
  for (const std::string& text : absl::GetFlag(FLAGS_rates)) {
    const bool is_number = absl::SimpleAtoi(text, &rates.emplace_back());
    errors.Require(is_number && rates.back() >= 1 && rates.back() <= 300, "rates", text,
                   "1..300, with commas between");
  }
  const int seconds = absl::GetFlag(FLAGS_seconds);
  errors.Require(seconds >= 1 && seconds <= 600, "seconds", absl::StrCat(seconds), "1..600");
  errors.ExitIfAny();
  try {
    return benari::e2e::Run(rates, seconds);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
