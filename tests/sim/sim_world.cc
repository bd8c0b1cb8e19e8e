#include "tests/sim/sim_world.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "tests/sim/documents.h"

namespace benari::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

double InSeconds(Clock::Duration duration) { return std::chrono::duration<double>(duration).count(); }
}  // namespace

SimWorld::SimWorld(Scenario scenario)
    : scenario_(std::move(scenario)),
      start_(timers_.Now()),
      random_(scenario_.seed ^ 0x5eed),
      asterisk_(timers_, scenario_.asterisk),
      media_(timers_, scenario_.media),
      network_(random_.Next(), scenario_.jitter, scenario_.request_faults),
      audio_(scenario_, start_, asterisk_, media_,
             [this](const std::string& node) { return silent_nodes_.contains(node); }),
      checks_(scenario_, start_, asterisk_, media_),
      orders_(scenario_, start_, asterisk_, media_) {
  for (const std::string& node : scenario_.nodes) media_.AddNode(node);
  if (scenario_.neighbour.has_value()) neighbour_.emplace(loop_, timers_, media_, scenario_);
  for (const auto& [url, reply] : scenario_.documents) webhooks_.Set(url, {reply});
}

SimWorld::~SimWorld() {
  for (const auto& control : controls_) control->process->Kill();
}

void SimWorld::Fail(const std::string& what) {
  if (violation_.empty()) violation_ = absl::StrCat("at ", InSeconds(timers_.Now() - start_), " s: ", what);
}

bool SimWorld::Until(const std::function<bool()>& done, Clock::Duration limit) {
  const bool over = fakes::Settle(
      loop_, timers_,
      [&] {
        const std::string wrong = checks_.Step();
        if (!wrong.empty()) Fail(wrong);
        return !violation_.empty() || done();
      },
      limit);
  return over && violation_.empty();
}

void SimWorld::HangUpAll() {
  log::Info("SIM every phone hangs up");
  std::vector<std::string> callers, destinations;
  for (const auto& [id, channel] : asterisk_.channels()) {
    if (channel.kind == fakes::ChannelKind::kCaller) callers.push_back(id);
    if (channel.kind == fakes::ChannelKind::kDialled || channel.kind == fakes::ChannelKind::kReplacement)
      destinations.push_back(id);
  }
  for (const std::string& id : callers) asterisk_.CallerHangsUp(id);
  for (const std::string& id : destinations) asterisk_.DestinationHangsUp(id);
  asterisk_.DestroyBridge(kForeignBridge);
}

// Without a control, leases run out by themselves.
void SimWorld::LeaveMediaAlone() {
  supervised_ = false;
  for (const auto& control : controls_) Kill(*control);
  for (const auto& standby : standbys_) standby->process->Kill();
  log::Info("SIM control is gone for good");
  Until([] { return false; }, scenario_.media_client.lease_ttl + seconds(5));
  const std::string left = media_.Leftovers(kOwner);
  if (!left.empty()) Fail(absl::StrCat("without a control is left:\n", left));
  supervised_ = true;
  StartControl(0);
  if (scenario_.standbys) StartStandby(1);
}

void SimWorld::Look() {
  audio_.Look();
  Control* const control = Living();
  std::string wrong = checks_.Look(timers_.Now(), watched_, control == nullptr ? nullptr : &control->watched);
  if (wrong.empty()) wrong = checks_.Service(timers_.Now(), IsServed());
  if (wrong.empty())
    wrong = orders_.Look(timers_.Now(), control == nullptr ? nullptr : &control->watched, checks_.Patience());
  if (wrong.empty() && neighbour_.has_value()) wrong = neighbour_->Look();
  if (!wrong.empty()) Fail(wrong);
  for (const auto& each : controls_) each->watched.renewals = 0;
}

void SimWorld::LookAgain() {
  In(kLookInterval, [this] {
    Look();
    LookAgain();
  });
}

Result SimWorld::Run() {
  Plan();
  StartControl(0);
  if (scenario_.standbys) StartStandby(1);
  if (neighbour_.has_value()) neighbour_->Start();
  LookAgain();
  Until([] { return false; }, scenario_.Length());
  network_.Heal();
  log::Info("SIM all is well from here on");
  if (scenario_.control_ends && violation_.empty()) LeaveMediaAlone();
  if (!Until([this] { return checks_.AllSettled() && Living() != nullptr; }, scenario_.LongestSettling()))
    Fail("callers that neither talk nor were hung up:\n" + asterisk_.Leftovers());
  HangUpAll();
  if (neighbour_.has_value()) neighbour_->HangUpAll();
  std::string left = "?";
  const auto over = [&] {
    Control* const control = Living();
    if (control == nullptr || !control->process->app().serving()) return false;
    left = checks_.AllOver(watched_, *control->process);
    if (left.empty() && neighbour_.has_value()) left = neighbour_->AllOver();
    return left.empty();
  };
  // A sweep, and a lease's time to live.
  if (!Until(over, seconds(60))) Fail(absl::StrCat("left:\n", left));
  std::string wrong = checks_.Ends(callers_, orders_);
  if (wrong.empty() && neighbour_.has_value()) wrong = neighbour_->Ends();
  if (wrong.empty() && Living() != nullptr) wrong = orders_.Ends(Living()->watched);
  if (wrong.empty() && scenario_.IsCalm()) wrong = CheckStreamEvents(webhooks_);
  if (!wrong.empty()) Fail(wrong);
  return Result{violation_, callers_.size(), timers_.Now() - start_};
}

}  // namespace benari::sim
