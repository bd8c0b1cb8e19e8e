// Control processes, those that stand by, and their supervisors.
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "tests/sim/sim_world.h"

namespace benari::sim {

using fakes::Step;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr milliseconds kStartsAnew(100);  // a process that replaces itself
}

std::vector<std::string> SimWorld::Links(size_t machine, const std::string& to) const {
  return {to, absl::StrCat(machine, ">", to)};
}

bool SimWorld::IsCut(size_t machine, const std::string& to) const {
  for (const std::string& link : Links(machine, to)) {
    if (network_.IsCut(link, timers_.Now())) return true;
  }
  return false;
}

void SimWorld::StartControl(size_t machine) {
  auto control = std::make_unique<Control>();
  control->machine = machine;
  control->process = std::make_unique<control::ControlProcess>(
      loop_, timers_, asterisk_, media_, scenario_.nodes, scenario_.call, scenario_.app, scenario_.keeper,
      scenario_.media_client, &webhooks_);
  const auto on_successor = [this, each = control.get()](const std::string& why) {
    In({}, [this, each, why] { StepAside(*each, why, /*fenced=*/false); });
  };
  control->events =
      std::make_unique<ModelEventStream>(*control->process, asterisk_, random_.Next(), on_successor);
  control->watched.process = control->process.get();
  control->watched.started = timers_.Now();
  log::Info("SIM control starts", {{"number", controls_.size()}, {"machine", machine}});
  controls_.push_back(std::move(control));
  watched_.push_back(&controls_.back()->watched);
  Connect(*controls_.back());
}

void SimWorld::Connect(Control& control) {
  WatchRequests(control);
  if (scenario_.jitter.count() > 0)
    control.process->ari().DelayEvents([this] { return network_.EventDelay(); });
  control.process->app().set_on_replaced([this, &control](const std::string& why) {
    In({}, [this, &control, why] { StepAside(control, why, /*fenced=*/false); });
  });
  control.process->keeper().set_on_fenced([this, &control](const std::string& why) {
    const bool fenced = control.process->app().subscribed();
    In({}, [this, &control, why, fenced] { StepAside(control, why, fenced); });
  });
  ApplyCuts();
  control.events->Start();
}

void SimWorld::WatchRequests(Control& control) {
  fakes::FaultPlan& faults = control.process->faults();
  faults.ChooseWith([this, machine = control.machine](const Step& step) {
    return network_.Fate(Links(machine, step.to.empty() ? kAsterisk : step.to), step, timers_.Now());
  });
  auto& watched = control.watched;
  const auto is_shown = [](const Step& step) {
    return spdlog::should_log(spdlog::level::debug) && step.operation != "media.KeepAlive";
  };
  faults.Before([this, &watched, is_shown](const Step& step) {
    watched.outstanding[{step.operation, step.nth}] = timers_.Now();
    if (step.operation == "media.KeepAlive") ++watched.renewals;
    if (is_shown(step)) log::Debug("SIM request", {{"request", step.ToString()}, {"to", step.to}});
  });
  faults.After([&watched, is_shown](const Step& step) {
    watched.outstanding.erase({step.operation, step.nth});
    if (is_shown(step)) log::Debug("SIM answer", {{"request", step.ToString()}});
  });
  control.process->ari().BeforeEffect([this, &control](const char* operation, const std::string& id) {
    const auto call = control.process->app().table().Find(RoleOf(asterisk_, id).call_id);
    const bool ends = call == nullptr || call->phase() == control::CallPhase::kReleasing;
    const bool by_order = control.ends_calls || (call != nullptr && call->facts().known().hung_up);
    const auto purpose = by_order ? Audio::Purpose::kByOrder
                         : ends   ? Audio::Purpose::kEnds
                                  : Audio::Purpose::kGoesOn;
    const std::string wrong = audio_.OnRequest(operation, id, purpose, call.get(), timers_.Now());
    if (!wrong.empty() && scenario_.dimensions.contains(Dimension::kAudio)) Fail(wrong);
  });
}

void SimWorld::StartStandby(size_t machine, bool fenced) {
  standbys_.push_back(std::make_unique<Standby>());
  Standby& standby = *standbys_.back();
  standby.machine = machine;
  standby.process = std::make_unique<ModelStandby>(loop_, timers_, asterisk_, media_, scenario_.nodes, fenced,
                                                   [this, &standby] { TakeOver(standby); });
  standby.process->faults().After([](const Step& step) {
    log::Debug("SIM stand-by hears", {{"request", step.ToString()}, {"of", step.to}});
  });
  standby.process->faults().ChooseWith([this, machine](const Step& step) {
    return network_.Fate(Links(machine, step.to.empty() ? kAsterisk : step.to), step, timers_.Now());
  });
  log::Info("SIM standing by", {{"machine", machine}});
  ApplyCuts();
  standby.process->Start();
}

void SimWorld::TakeOver(Standby& standby) {
  In({}, [this, &standby] {
    if (!standby.process->running()) return;
    log::Info("SIM taking over", {{"machine", standby.machine}});
    standby.process->Kill();
    In(kStartsAnew, [this, machine = standby.machine] {
      if (supervised_ && !HasProcess(machine)) StartControl(machine);
    });
  });
}

void SimWorld::SuperviseIn(size_t machine, Clock::Duration length) {
  In(length, [this, machine] {
    const bool needed = scenario_.standbys ? !HasProcess(machine) : Living() == nullptr;
    if (supervised_ && needed) StartControl(machine);
  });
}

void SimWorld::Kill(Control& control) {
  control.watched.ended = true;
  control.process->Kill();
}

void SimWorld::StepAside(Control& control, const std::string& why, bool fenced) {
  if (control.watched.ended) return;
  log::Info("SIM control ends", {{"why", why}, {"machine", control.machine}});
  Kill(control);
  if (!scenario_.standbys || control.ends_calls)
    return SuperviseIn(control.machine, milliseconds(500) + random_.UpTo(seconds(2)));
  In(kStartsAnew, [this, machine = control.machine, fenced] {
    if (supervised_ && !HasProcess(machine)) StartStandby(machine, fenced);
  });
}

bool SimWorld::HasProcess(size_t machine) const {
  for (const auto& control : controls_) {
    if (control->machine == machine && !control->watched.ended) return true;
  }
  for (const auto& standby : standbys_) {
    if (standby->machine == machine && standby->process->running()) return true;
  }
  return false;
}

SimWorld::Control* SimWorld::Living() {
  Control* first = nullptr;
  for (const auto& control : controls_) {
    if (control->watched.ended || !control->process->process().running()) continue;
    if (first == nullptr) first = control.get();
    if (scenario_.standbys && control->process->ari().IsSubscribed()) return control.get();
  }
  return first;
}

bool SimWorld::IsServed() const {
  for (const auto& control : controls_) {
    if (control->watched.ended || !control->process->process().running()) continue;
    const control::ControlProcess& process = *control->process;
    if (process.app().serving() && process.ari().IsSubscribed() && !IsCut(control->machine, kAsterisk))
      return true;
  }
  return false;
}

void SimWorld::ApplyCuts() {
  for (const auto& control : controls_) {
    if (control->watched.ended) continue;
    control->events->SetCut(IsCut(control->machine, kAsterisk));
    for (const std::string& node : scenario_.nodes)
      control->process->media().SetCut(node,
                                       network_.IsCut(Links(control->machine, node).back(), timers_.Now()));
  }
  for (const auto& standby : standbys_) {
    for (const std::string& node : scenario_.nodes)
      standby->process->media().SetCut(node,
                                       network_.IsCut(Links(standby->machine, node).back(), timers_.Now()));
  }
}

}  // namespace benari::sim
