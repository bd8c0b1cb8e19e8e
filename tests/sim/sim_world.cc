#include "tests/sim/sim_world.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"

namespace benari::sim {

using fakes::Step;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr const char* kAsterisk = "asterisk";
constexpr seconds kLeaseTtl(10);

double InSeconds(Clock::Duration duration) { return std::chrono::duration<double>(duration).count(); }
}  // namespace

SimWorld::SimWorld(Scenario scenario)
    : scenario_(std::move(scenario)),
      start_(timers_.Now()),
      random_(scenario_.seed ^ 0x5eed),
      asterisk_(timers_, scenario_.asterisk),
      media_(timers_, scenario_.media),
      network_(random_.Next(), scenario_.jitter, scenario_.request_faults),
      checks_(scenario_, start_, asterisk_, media_) {
  for (const std::string& node : scenario_.nodes) media_.AddNode(node);
}

SimWorld::~SimWorld() {
  for (const auto& control : controls_) control->process->Kill();
}

// ---- control and its supervisor

void SimWorld::StartControl() {
  auto control = std::make_unique<Control>();
  control->process = std::make_unique<control::ControlProcess>(
      loop_, timers_, asterisk_, media_, scenario_.nodes, scenario_.call, scenario_.app);
  control->events = std::make_unique<ModelEventStream>(*control->process, asterisk_, random_.Next());
  control->watched.process = control->process.get();
  control->watched.started = timers_.Now();
  log::Info("SIM control starts", {{"number", controls_.size()}});
  controls_.push_back(std::move(control));
  watched_.push_back(&controls_.back()->watched);
  Connect(*controls_.back());
}

void SimWorld::Connect(Control& control) {
  fakes::FaultPlan& faults = control.process->faults();
  faults.ChooseWith([this](const Step& step) {
    return network_.Fate(step.to.empty() ? kAsterisk : step.to, timers_.Now());
  });
  auto& outstanding = control.watched.outstanding;
  const auto is_shown = [](const Step& step) {
    return spdlog::should_log(spdlog::level::debug) && step.operation != "media.KeepAlive";
  };
  faults.Before([this, &outstanding, is_shown](const Step& step) {
    outstanding[{step.operation, step.nth}] = timers_.Now();
    if (is_shown(step)) log::Debug("SIM request", {{"request", step.ToString()}, {"to", step.to}});
  });
  faults.After([&outstanding, is_shown](const Step& step) {
    outstanding.erase({step.operation, step.nth});
    if (is_shown(step)) log::Debug("SIM answer", {{"request", step.ToString()}});
  });
  if (scenario_.jitter.count() > 0)
    control.process->ari().DelayEvents([this] { return network_.EventDelay(); });
  const auto step_aside = [this, &control](const std::string& why) {
    In({}, [this, &control, why] { End(control, why); });
  };
  control.process->app().set_on_replaced(step_aside);
  control.process->keeper().set_on_fenced(step_aside);
  control.events->SetCut(network_.IsCut(kAsterisk, timers_.Now()));
  control.events->Start();
}

void SimWorld::SuperviseIn(Clock::Duration length) {
  In(length, [this] {
    if (supervised_ && Living() == nullptr) StartControl();
  });
}

void SimWorld::End(Control& control, const std::string& why) {
  if (control.watched.ended) return;
  control.watched.ended = true;
  log::Info("SIM control ends", {{"why", why}});
  control.process->Kill();
  SuperviseIn(milliseconds(500) + random_.UpTo(seconds(2)));
}

SimWorld::Control* SimWorld::Living() {
  for (const auto& control : controls_) {
    if (!control->watched.ended && control->process->process().running()) return control.get();
  }
  return nullptr;
}

// ---- what happens

void SimWorld::At(Clock::Duration since_start, std::function<void()> what) {
  timers_.RunAt(start_ + since_start, std::move(what));
}

void SimWorld::Plan() {
  for (const Phone& phone : scenario_.phones) {
    At(phone.at, [this, &phone] { Ring(phone); });
  }
  for (const Disaster& disaster : scenario_.disasters) {
    const Clock::Time from = start_ + disaster.at;
    const Clock::Time to = from + disaster.length;
    using enum DisasterKind;
    if (disaster.kind == kCutAsterisk || disaster.kind == kStopAsterisk)
      network_.Cut(kAsterisk, from, to, disaster.kind == kStopAsterisk);
    if (disaster.kind == kSlowAsterisk) network_.Slow(kAsterisk, from, to);
    if (disaster.kind == kCutMedia) network_.Cut(scenario_.nodes[disaster.node], from, to, false);
    if (disaster.kind == kResetAsterisk) network_.Reset(kAsterisk, from);
    if (disaster.kind == kResetMedia) network_.Reset(scenario_.nodes[disaster.node], from);
    At(disaster.at, [this, &disaster] { Strike(disaster); });
  }
}

void SimWorld::Ring(const Phone& phone) {
  if (!asterisk_.running()) return;
  asterisk_.SetDestination("", phone.destination);
  const std::string caller = asterisk_.CallerArrives({});
  callers_.push_back(caller);
  log::Info("SIM a caller", {{"call", caller}});
  if (!phone.hangs_up_after.has_value()) return;
  In(*phone.hangs_up_after, [this, caller] {
    log::Info("SIM the caller hangs up", {{"call", caller}});
    asterisk_.CallerHangsUp(caller);
  });
}

void SimWorld::Strike(const Disaster& disaster) {
  log::Info("SIM disaster", {{"what", ToString(disaster.kind)},
                             {"node", scenario_.nodes[disaster.node]},
                             {"seconds", InSeconds(disaster.length)},
                             {"flip", disaster.flip}});
  using enum DisasterKind;
  if (disaster.kind <= kStopAndReplaceControl) return StrikeControl(disaster);
  if (disaster.kind <= kResetMedia) return StrikeMedia(disaster);
  if (disaster.kind <= kSlowAsterisk) return StrikeAsterisk(disaster);
  StrikeCall(disaster);
}

void SimWorld::StrikeControl(const Disaster& disaster) {
  using enum DisasterKind;
  Control* const control = Living();
  if (disaster.kind == kReplaceControl) return StartControl();
  if (control == nullptr) return;
  if (disaster.kind == kKillControl) {
    control->watched.ended = true;
    control->process->Kill();
    return SuperviseIn(disaster.length);
  }
  if (disaster.kind == kTerminateControl) return Terminate(*control, disaster.length);
  control->process->process().Stop();
  if (disaster.flip) control->events->Reset(true);
  In(disaster.length, [control] {
    if (!control->watched.ended) control->process->process().Continue();
  });
  if (disaster.kind == kStopAndReplaceControl) In(disaster.length / 2, [this] { StartControl(); });
}

void SimWorld::Terminate(Control& control, Clock::Duration length) {
  control.process->app().Drain(
      [this, &control] { In({}, [this, &control] { End(control, "no calls are left"); }); });
  In(length, [&control] {
    if (!control.watched.ended) control.process->app().EndCalls();
  });
}

void SimWorld::StrikeMedia(const Disaster& disaster) {
  using enum DisasterKind;
  const std::string node = scenario_.nodes[disaster.node];
  if (disaster.kind == kResetMedia) return media_.ResetConnections(node);
  if (disaster.kind == kCutMedia) {
    media_.SetReachable(node, false);
    return In(disaster.length, [this, node] {
      if (!network_.IsCut(node, timers_.Now())) media_.SetReachable(node, true);
    });
  }
  if (!media_.IsAlive(node)) return;
  if (disaster.kind == kKillMedia) {
    media_.Kill(node);
    return In(disaster.length, [this, node] { media_.Return(node); });
  }
  if (disaster.kind == kStopMedia) {
    media_.SetStopped(node, true);
    return In(disaster.length, [this, node] { media_.SetStopped(node, false); });
  }
  media_.StartDraining(node);
  In(disaster.length, [this, node] { media_.Kill(node); });
  In(disaster.length + milliseconds(500), [this, node] { media_.Return(node); });
}

void SimWorld::StrikeAsterisk(const Disaster& disaster) {
  using enum DisasterKind;
  if (disaster.kind == kSlowAsterisk) return;  // the network knows
  if (disaster.kind == kResetAsterisk) {
    for (const auto& control : controls_) control->events->Reset(!disaster.flip);
  } else if (disaster.kind == kKillAsterisk) {
    asterisk_.Stop();
    In(disaster.length, [this] { asterisk_.Start(); });
  } else {
    SetAsteriskCut(true);
    In(disaster.length, [this] { SetAsteriskCut(network_.IsCut(kAsterisk, timers_.Now())); });
  }
}

void SimWorld::SetAsteriskCut(bool cut) {
  for (const auto& control : controls_) {
    if (!control->watched.ended) control->events->SetCut(cut);
  }
}

void SimWorld::StrikeCall(const Disaster& disaster) {
  if (callers_.empty()) return;
  const std::string& caller = callers_[random_.Below(callers_.size())];
  if (disaster.kind == DisasterKind::kDestroyBridge) {
    asterisk_.DestroyBridge(absl::StrCat("benari.", caller, ".bridge"));
  } else {
    asterisk_.HangUp(absl::StrCat("benari.", caller, ".media", 1 + random_.Below(2)), "normal");
  }
}

// ---- the run

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
    if (channel.kind == fakes::ChannelKind::kDialled) destinations.push_back(id);
  }
  for (const std::string& id : callers) asterisk_.CallerHangsUp(id);
  for (const std::string& id : destinations) asterisk_.DestinationHangsUp(id);
}

// Without a control, leases run out by themselves.
void SimWorld::LeaveMediaAlone() {
  supervised_ = false;
  for (const auto& control : controls_) {
    control->watched.ended = true;
    control->process->Kill();
  }
  log::Info("SIM control is gone for good");
  Until([] { return false; }, kLeaseTtl + seconds(5));
  const std::string left = media_.Leftovers();
  if (!left.empty()) Fail(absl::StrCat("without a control is left:\n", left));
  supervised_ = true;
  StartControl();
}

void SimWorld::LookAgain() {
  In(kLookInterval, [this] {
    Control* const control = Living();
    const std::string wrong =
        checks_.Look(timers_.Now(), watched_, control == nullptr ? nullptr : &control->watched);
    if (!wrong.empty()) Fail(wrong);
    LookAgain();
  });
}

Result SimWorld::Run() {
  Plan();
  StartControl();
  LookAgain();
  Until([] { return false; }, scenario_.Length());
  network_.Heal();
  log::Info("SIM all is well from here on");
  if (scenario_.control_ends && violation_.empty()) LeaveMediaAlone();
  if (!Until([this] { return checks_.AllSettled() && Living() != nullptr; }, seconds(120)))
    Fail("callers that neither talk nor were hung up:\n" + asterisk_.Leftovers());
  HangUpAll();
  std::string left = "?";
  const auto over = [&] {
    Control* const control = Living();
    if (control == nullptr || !control->process->app().serving()) return false;
    left = checks_.AllOver(watched_, *control->process);
    return left.empty();
  };
  // A sweep, and a lease's time to live.
  if (!Until(over, seconds(60))) Fail(absl::StrCat("left:\n", left));
  const std::string wrong = checks_.Ends(callers_);
  if (!wrong.empty()) Fail(wrong);
  return Result{violation_, callers_.size(), timers_.Now() - start_};
}

}  // namespace benari::sim
