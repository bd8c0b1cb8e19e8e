#include "tests/bench/control/set_up.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/bench/control/core_use.h"
#include "tests/fakes/test_client.h"

namespace benari::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};
// Between two probes, so that what the one left to do is done.
constexpr std::chrono::milliseconds kPause{3};

double Quantile(std::vector<double> values, double quantile) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(quantile * static_cast<double>(values.size() - 1))];
}

// The time of one request from control's core.
class RequestTimer {
 public:
  explicit RequestTimer(ControlStage& stage)
      : core_(stage.cores().control), http_(stage.asterisk().http(), "benari:" + stage.password()) {}

  double BridgeMs() {
    const OnCore there(core_);
    const auto began = steady_clock::now();
    const fakes::TestReply made = http_.Request("POST", "/ari/bridges/probe?type=mixing");
    const auto took = steady_clock::now() - began;
    if (made.status != 200) throw std::runtime_error(absl::StrCat("POST /bridges answers ", made.status));
    http_.Request("DELETE", "/ari/bridges/probe");
    return std::chrono::duration<double, std::milli>(took).count();
  }

 private:
  const int core_;
  fakes::TestHttp http_;
};

}  // namespace

void SetUpTimes::OnLogLine(const e2e::LogLine& line) {
  if (!absl::StrContains(line.json, "\"echo heard\"")) return;
  double ms = 0;
  if (!absl::SimpleAtod(line.Field("setup_ms"), &ms)) return;
  const std::lock_guard lock(mutex_);
  ms_[line.Field("call")] = ms;
  changed_.notify_all();
}

double SetUpTimes::Await(const std::string& call_id) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return ms_.count(call_id) > 0; })) {
    throw std::runtime_error("call " + call_id + " heard no echo");
  }
  return ms_.at(call_id);
}

void SetUpTimes::AwaitCount(size_t calls) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return ms_.size() >= calls; })) {
    throw std::runtime_error(absl::StrCat("only ", ms_.size(), " of ", calls, " calls heard their echo"));
  }
}

SetUp MeasureSetUp(ControlStage& stage, SetUpTimes& times, int probes) {
  RequestTimer request(stage);
  std::vector<double> set_up_ms;
  std::vector<double> request_ms;
  for (int i = 0; i < probes; ++i) {
    const std::string call = stage.asterisk().PlaceCall();
    set_up_ms.push_back(times.Await(call));
    const int64_t ended = stage.callers().ended();
    stage.asterisk().HangUpCaller(call);
    if (!stage.WaitUntilEnded(ended + 1)) throw std::runtime_error("call " + call + " does not end");
    std::this_thread::sleep_for(kPause);
    request_ms.push_back(request.BridgeMs());
    std::this_thread::sleep_for(kPause);
  }
  return SetUp{Quantile(set_up_ms, 0.5), Quantile(set_up_ms, 0.99), Quantile(request_ms, 0.5)};
}

}  // namespace benari::bench
