#include "tests/bench/control/throughput.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/bench/control/core_use.h"
#include "tests/harness/process_view.h"

namespace benari::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr double kMicrosecondsPerSecond = 1e6;
// A thread that ran or waited for its core that long had no pause.
constexpr double kNoPause = 0.95;
// The first calls are spread over this time, so that they do not go on in step.
constexpr milliseconds kSpread{500};

struct Look {
  steady_clock::time_point at = steady_clock::now();
  ThreadTimes control;
  ThreadTimes asterisk;
  ThreadTimes media;
};

Look LookAt(ControlStage& stage) {
  Look look;
  look.control = TimesOf(stage.control().process().pid());
  look.asterisk = TimesOf(getpid());
  look.media = TimesOf(stage.media().process().pid());
  return look;
}

int64_t Completed(ControlStage& stage) {
  const auto value =
      e2e::ReadMetric(stage.control().metrics(), "benari_control_calls_ended_total{outcome=\"completed\"}");
  if (!value.ok()) throw std::runtime_error(std::string(value.status().message()));
  return static_cast<int64_t>(*value);
}

std::string Limit(double time_s, const CoreUse& control, const CoreUse& asterisk, const CoreUse& media) {
  std::string limit;
  const auto add = [&](const CoreUse& use, const char* name) {
    if (use.busiest_s >= kNoPause * time_s) absl::StrAppend(&limit, limit.empty() ? "" : ", ", name);
  };
  add(control, "control");
  add(asterisk, "fake");
  add(media, "media");
  return limit.empty() ? "nothing" : limit;
}

}  // namespace

Throughput MeasureThroughput(ControlStage& stage, int in_progress, milliseconds time) {
  const int64_t completed_before = Completed(stage);
  const int64_t ended_before = stage.callers().ended();
  stage.callers().KeepUp(stage.asterisk());
  stage.callers().Place(stage.asterisk(), in_progress, kSpread);
  // Until each of them was followed by another.
  if (!stage.WaitUntilEnded(ended_before + in_progress)) {
    throw std::runtime_error("calls do not end:\n" + stage.control().process().LastLines(5));
  }
  const int64_t completed_first = Completed(stage);
  const Look before = LookAt(stage);
  std::this_thread::sleep_for(time);
  const Look after = LookAt(stage);
  const auto calls = static_cast<double>(Completed(stage) - completed_first);
  stage.callers().LetThemEnd();

  const double time_s = std::chrono::duration<double>(after.at - before.at).count();
  const CoreUse control = UseBetween(before.control, after.control);
  const CoreUse asterisk = UseBetween(before.asterisk, after.asterisk);
  const CoreUse media = UseBetween(before.media, after.media);
  Throughput result;
  result.in_progress = in_progress;
  result.calls_per_s = calls / time_s;
  const auto per_call_us = [calls](const CoreUse& use) {
    return use.cpu_s * kMicrosecondsPerSecond / std::max(calls, 1.0);
  };
  result.control_us = per_call_us(control);
  result.asterisk_us = per_call_us(asterisk);
  result.media_us = per_call_us(media);
  result.control_core = control.cpu_s / time_s;
  result.limit = Limit(time_s, control, asterisk, media);

  stage.asterisk().WaitUntil([](const fakes::AsteriskModel& model) { return model.channels().empty(); },
                             std::chrono::seconds(30));
  const int64_t ended = stage.callers().ended() - ended_before;
  result.not_completed = static_cast<double>(ended - (Completed(stage) - completed_before));
  return result;
}

}  // namespace benari::bench
