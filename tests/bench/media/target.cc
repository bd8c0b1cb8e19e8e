#include "tests/bench/media/target.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/bench/media/media_target.h"
#include "tests/bench/media/ports_target.h"
#include "tests/harness/child_process.h"
#include "tests/harness/process_use.h"

namespace benari::bench {
namespace {

constexpr std::chrono::seconds kHelpTimeout{10};
constexpr char kEngineFlag[] = "io_engine";

}  // namespace

absl::StatusOr<std::unique_ptr<Target>> Target::Start(const TargetSpec& spec, const Place& place) {
  if (spec.kind == TargetSpec::Kind::kMedia) return MediaTarget::Start(spec, place);
  return PortsTarget::Start(spec, place);
}

std::chrono::nanoseconds Target::Cpu() const { return e2e::CpuOf(pid()); }

size_t Target::ResidentKib() const { return e2e::UseOf(pid()).rss_kib; }

absl::StatusOr<std::vector<TargetSpec>> MediaTargets() {
  e2e::ChildProcess help({"media", {BENARI_MEDIA_BINARY, "--help"}});
  if (help.WaitForExit(kHelpTimeout) != 0) {
    return absl::UnavailableError(absl::StrCat("benari-media --help failed:\n", help.LastLines(5)));
  }
  bool has_engines = false;
  for (const std::string& line : help.Lines()) has_engines |= absl::StrContains(line, kEngineFlag);
  if (!has_engines) return std::vector<TargetSpec>{{"benari", TargetSpec::Kind::kMedia, {}}};
  std::vector<TargetSpec> targets;
  for (const std::string engine : {"epoll", "io_uring"}) {
    targets.push_back({absl::StrCat("benari ", engine),
                       TargetSpec::Kind::kMedia,
                       {absl::StrCat("--", kEngineFlag, "=", engine)}});
  }
  return targets;
}

TargetSpec ReflectorTarget() {
  return {"reflector",
          TargetSpec::Kind::kPorts,
          {BENARI_REFLECTOR_BINARY, "--host={host}", "--ports={first}-{last}"}};
}

}  // namespace benari::bench
