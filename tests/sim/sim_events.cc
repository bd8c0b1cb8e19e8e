// What happens in a run: phones, whoever meddles with calls, disasters.
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
constexpr milliseconds kNoMediaNoticed(2000);  // by a node whose packets stay away

double InSeconds(Clock::Duration duration) { return std::chrono::duration<double>(duration).count(); }
}  // namespace

void SimWorld::At(Clock::Duration since_start, std::function<void()> what) {
  timers_.RunAt(start_ + since_start, std::move(what));
}

void SimWorld::Plan() {
  for (const Phone& phone : scenario_.phones) {
    At(phone.at, [this, &phone] { Ring(phone); });
  }
  for (const sim::DialOut& dial_out : scenario_.dial_outs) {
    At(dial_out.at, [this, &dial_out] { DialOut(dial_out); });
  }
  for (const Disaster& disaster : scenario_.disasters) {
    PlanNetwork(disaster);
    At(disaster.at, [this, &disaster] { Strike(disaster); });
  }
}

void SimWorld::PlanNetwork(const Disaster& disaster) {
  const Clock::Time from = start_ + disaster.at;
  const Clock::Time to = from + disaster.length;
  const std::string& node = scenario_.nodes[disaster.node];
  using enum DisasterKind;
  if (disaster.kind == kCutAsterisk || disaster.kind == kStopAsterisk)
    network_.Cut(kAsterisk, from, to, disaster.kind == kStopAsterisk);
  if (disaster.kind == kSlowAsterisk) network_.Slow(kAsterisk, from, to);
  if (disaster.kind == kCutMedia) network_.Cut(node, from, to, false);
  if (disaster.kind == kResetAsterisk) network_.Reset(kAsterisk, from);
  if (disaster.kind == kResetMedia) network_.Reset(node, from);
  if (disaster.IsOfLists()) network_.DisturbLists(from, to, disaster.kind == kFailLists);
  if (disaster.kind == kFailFast) network_.FailFast(kAsterisk, from, to);
  if (disaster.kind == kLoseRenewal) network_.LoseRenewal(node, from);
  if (disaster.kind != kCutMachine) return;
  network_.Cut(Links(disaster.machine, kAsterisk).back(), from, to, false);
  for (size_t i = 0; i < scenario_.nodes.size(); ++i) {
    for (size_t machine = 0; machine < scenario_.machines; ++machine) {
      const bool same = machine == scenario_.MachineOf(i);
      const bool of_cut = machine == disaster.machine || scenario_.MachineOf(i) == disaster.machine;
      if (!same && of_cut) network_.Cut(Links(machine, scenario_.nodes[i]).back(), from, to, false);
    }
  }
}

void SimWorld::Ring(const Phone& phone) {
  if (!asterisk_.running()) return;
  asterisk_.SetDestination("", phone.destination);
  fakes::CallerArgs args;
  args.retries = phone.retries;
  const std::string caller = asterisk_.CallerArrives(args);
  callers_.push_back(caller);
  log::Info("SIM a caller", {{"call", caller}});
  if (phone.meddling.has_value())
    In(phone.meddling->after, [this, caller, &phone] { Meddle(caller, *phone.meddling); });
  OrderLater(caller, phone.orders);
  if (!phone.hangs_up_after.has_value()) return;
  In(*phone.hangs_up_after, [this, caller] {
    log::Info("SIM the caller hangs up", {{"call", caller}});
    asterisk_.CallerHangsUp(caller);
  });
}

void SimWorld::Meddle(const std::string& caller, const Meddling& meddling) {
  const auto channel = asterisk_.channels().find(caller);
  if (channel == asterisk_.channels().end() || channel->second.dying || !channel->second.in_stasis) return;
  log::Info("SIM somebody meddles", {{"what", ToString(meddling.kind)}, {"call", caller}});
  audio_.OnLeft(caller);
  const bool leaves = meddling.kind == MeddlingKind::kRedirect || meddling.kind == MeddlingKind::kForeignApp;
  if (leaves) orders_.OnLeft(caller, timers_.Now());
  const Clock::Duration length = meddling.length.value_or(Clock::Duration::zero());
  switch (meddling.kind) {
    case MeddlingKind::kRedirect:
      return asterisk_.Redirect(caller);
    case MeddlingKind::kForeignBridge:
      asterisk_.CreateBridge(kForeignBridge);
      asterisk_.AddToBridge(kForeignBridge, {caller});
      return;
    case MeddlingKind::kForeignApp:
      asterisk_.MoveAway(caller);
      if (meddling.length.has_value()) In(length, [this, caller] { asterisk_.Redirect(caller); });
      return;
    case MeddlingKind::kTransfer: {
      const std::string replacement = asterisk_.Transfer(caller);
      if (replacement.empty()) return;
      callers_.push_back(replacement);
      if (meddling.length.has_value())
        In(length, [this, replacement] { asterisk_.DestinationHangsUp(replacement); });
    }
  }
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
  if (disaster.kind <= kDestroyBridge) return StrikeCall(disaster);
  if (disaster.kind == kCutMachine) return CutMachine(disaster);
  if (disaster.kind != kRefuseWatches) return;  // the network knows
  const std::string& node = scenario_.nodes[disaster.node];
  media_.RefuseWatches(node, true);
  media_.ResetConnections(node);
  In(disaster.length, [this, node] { media_.RefuseWatches(node, false); });
}

void SimWorld::StrikeControl(const Disaster& disaster) {
  using enum DisasterKind;
  Control* const control = Living();
  if (disaster.kind == kReplaceControl) return Replace();
  if (control == nullptr) return;
  if (disaster.kind == kKillControl) {
    Kill(*control);
    return SuperviseIn(control->machine, disaster.length);
  }
  if (disaster.kind == kTerminateControl) return Terminate(*control, disaster.length);
  control->process->process().Stop();
  if (disaster.flip) control->events->Reset(true);
  In(disaster.length, [control] {
    if (!control->watched.ended) control->process->process().Continue();
  });
  if (disaster.kind == kStopAndReplaceControl) In(disaster.length / 2, [this] { Replace(); });
}

// Where each machine has a control, the one that stands by is started anew.
void SimWorld::Replace() {
  size_t machine = 0;
  for (const auto& standby : standbys_) {
    if (!standby->process->running()) continue;
    standby->process->Kill();
    machine = standby->machine;
  }
  if (!scenario_.standbys || !HasProcess(machine)) StartControl(machine);
}

void SimWorld::Terminate(Control& control, Clock::Duration length) {
  control.process->app().Drain([this, &control] {
    In({}, [this, &control] {
      control.ends_calls = true;
      StepAside(control, "no calls are left", /*fenced=*/false);
    });
  });
  In(length, [&control] {
    if (control.watched.ended) return;
    control.ends_calls = true;
    control.process->app().EndCalls();
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
    ApplyCuts();
    In(disaster.length, [this] { ApplyCuts(); });
  }
}

void SimWorld::CutMachine(const Disaster& disaster) {
  ApplyCuts();
  In(kNoMediaNoticed, [this, &disaster] {
    if (disaster.length > kNoMediaNoticed) SilenceNodes(disaster.machine, true);
  });
  for (size_t i = 0; i < scenario_.nodes.size(); ++i) {
    if (scenario_.MachineOf(i) == disaster.machine) silent_nodes_.insert(scenario_.nodes[i]);
  }
  In(disaster.length, [this, &disaster] {
    SilenceNodes(disaster.machine, false);
    silent_nodes_.clear();
    ApplyCuts();
  });
}

// Their sessions report that media is missing, or that it flows again.
void SimWorld::SilenceNodes(size_t machine, bool silent) {
  for (size_t i = 0; i < scenario_.nodes.size(); ++i) {
    const std::string& node = scenario_.nodes[i];
    if (scenario_.MachineOf(i) != machine || !media_.Runs(node)) continue;
    for (const auto& session : media_.Living(node).Sessions()) {
      if (!scenario_.media.media_flows) continue;
      silent ? media_.LoseMedia(session.lease_id) : media_.ResumeMedia(session.lease_id);
    }
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

}  // namespace benari::sim
