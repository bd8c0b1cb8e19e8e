#include "tests/e2e/load/soak.h"

#include <algorithm>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kTick{1};
constexpr seconds kPatience{60};
// A phone may repeat its BYE for half a minute, twice. One that is killed leaves a call that nobody ends.
constexpr seconds kPhonesEnd{180};
constexpr size_t kStays = 0;      // the node that is never killed
constexpr size_t kDies = 1;       // the one that is
constexpr int kWarmFraction = 8;  // of the duration, until a process is called warm
// What the allocator and statistics may still add to a warm process; a leak of 1 KiB a call is more.
constexpr size_t kGrowthKib = 3 * 1024;

void Require(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

}  // namespace

bool SoakMemory::flat() const { return end.rss_kib <= start.rss_kib + kGrowthKib; }

bool SoakReport::ok() const {
  const bool flat =
      std::all_of(memory.begin(), memory.end(), [](const SoakMemory& each) { return each.flat(); });
  return flat && left.sum() == 0 && ended_by_itself.empty() && not_ended.empty();
}

Soak::Soak(SoakOptions options) : options_(std::move(options)), random_(options_.seed) {}

SoakReport Soak::Run() {
  LoadStage::Options stage;
  stage.nodes = 2;
  stage.log_dir = options_.log_dir;
  auto started = LoadStage::Start(stage);
  Require(started.status());
  stage_ = std::move(*started);
  const int calls = static_cast<int>(options_.calls_per_s * static_cast<double>(options_.duration.count()));
  const auto phones = stage_->StartPhones({kBenari, options_.calls_per_s, calls});
  const Time began = steady_clock::now();
  const Time end = began + options_.duration;
  const auto warm_up = options_.duration / kWarmFraction;

  bool on = KillUntil(began + warm_up);
  SoakMemory stays = Begin("media 1", stage_->media(kStays).process().pid());
  on = on && KillUntil(began + options_.duration / 2) && WaitUntil(steady_clock::now() + warm_up);
  SoakMemory dies = Begin("media 2", stage_->media(kDies).process().pid());
  SoakMemory control = Begin("control", stage_->control().process().pid());
  if (on) WaitUntil(end);
  control.end = UseOf(stage_->control().process().pid());
  stays.end = UseOf(stage_->media(kStays).process().pid());
  dies.end = UseOf(stage_->media(kDies).process().pid());
  report_.memory = {control, stays, dies};
  Finish(*phones);
  return report_;
}

void Soak::Finish(Sipp& phones) {
  phones.PlaceNoMore();
  const auto ended = phones.WaitForEnd(kPhonesEnd);
  if (!ended.ok()) report_.not_ended = std::string(ended.status().message());
  const SippResult result = ended.ok() ? *ended : phones.Stop();
  report_.calls = result.successful + result.failed;
  report_.failed = result.failed;
  if (!options_.log_dir.empty()) WriteFile(options_.log_dir + "/phones.log", result.errors);
  report_.left = stage_->WaitUntilNothingIsLeft(kPatience);
  report_.outcomes = stage_->Outcomes();
}

bool Soak::WaitUntil(Time end) {
  while (steady_clock::now() < end) {
    const auto rest = duration_cast<milliseconds>(end - steady_clock::now());
    if (options_.wait(std::clamp<milliseconds>(rest, milliseconds(1), kTick))) return false;
    std::string& dead = report_.ended_by_itself;
    if (!stage_->control().process().Running())
      dead = "control:\n" + stage_->control().process().LastLines(20);
    for (const size_t node : {kStays, kDies}) {
      ChildProcess& media = stage_->media(node).process();
      if (!media.Running()) dead = absl::StrCat("media ", node + 1, ":\n", media.LastLines(20));
    }
    if (!dead.empty()) return false;
  }
  return true;
}

bool Soak::KillUntil(Time end) {
  std::uniform_int_distribution<int64_t> pause_ms(options_.min_pause.count(), options_.max_pause.count());
  std::uniform_int_distribution<int> victim(0, 4);
  for (;;) {
    const Time next = steady_clock::now() + milliseconds(pause_ms(random_));
    if (next >= end) return WaitUntil(end);
    if (!WaitUntil(next)) return false;
    const int drawn = victim(random_);  // 0, 1: control; 2, 3: the media node; 4: both
    if (drawn != 2 && drawn != 3) KillControl();
    if (drawn >= 2) KillMedia();
    if (drawn != 2 && drawn != 3) Require(stage_->StartControl());
    if (drawn >= 2) Require(stage_->media(kDies).StartAgain());
  }
}

void Soak::KillControl() {
  ++report_.control_kills;
  options_.say("kill -9 control");
  stage_->control().process().Signal(SIGKILL);
  stage_->control().process().WaitForExit(kPatience);
}

void Soak::KillMedia() {
  ++report_.media_kills;
  options_.say("kill -9 media 2");
  stage_->media(kDies).process().Signal(SIGKILL);
  stage_->media(kDies).process().WaitForExit(kPatience);
}

}  // namespace benari::e2e
