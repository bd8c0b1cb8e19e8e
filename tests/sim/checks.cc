#include "tests/sim/checks.h"

#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"

namespace benari::sim {

using fakes::ChannelKind;
using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds kAriDeadline(5000);
constexpr milliseconds kMediaDeadline(1000);
constexpr milliseconds kLeaseTtl(10000);

// Remembers since when something holds; how long by now.
Clock::Duration Since(std::map<std::string, Clock::Time>& since, const std::string& id, bool holds,
                      Clock::Time now) {
  if (!holds) {
    since.erase(id);
    return Clock::Duration::zero();
  }
  return now - since.emplace(id, now).first->second;
}

// Q.850, of what the caller is told.
int CauseOf(const Destination& destination) {
  using Kind = Destination::Kind;
  switch (destination.kind) {
    case Kind::kAnswers:
      return 16;
    case Kind::kBusy:
      return 17;
    case Kind::kUnknown:
    case Kind::kUnallocated:
      return 1;
    case Kind::kRings:
      return 19;
    case Kind::kCongestion:
    case Kind::kUnroutable:
      break;
  }
  return 34;
}

std::string DestinationsOf(const std::string& caller) {
  return absl::StrCat("benari.", caller, ".destination");
}

}  // namespace

std::string Checks::Step() {
  const std::string media = media_.violation();
  if (!media.empty()) return media;
  if (asterisk_.membership_changes() == membership_changes_) return "";
  membership_changes_ = asterisk_.membership_changes();
  return Bridges();
}

std::string Checks::Bridges() {
  for (const auto& [id, bridge] : asterisk_.bridges()) {
    for (const std::string& member : bridge.ari.channel_ids) {
      if (CallOf(member) != CallOf(id)) return absl::StrCat("channel ", member, " is in bridge ", id);
    }
  }
  // Without a bridge nobody can tell that there was one, before a control died that was about to let it go.
  for (auto began = echo_began_.begin(); began != echo_began_.end();) {
    const auto caller = asterisk_.channels().find(began->first);
    const bool bridged = caller != asterisk_.channels().end() && !caller->second.bridge_id.empty();
    began = bridged ? std::next(began) : echo_began_.erase(began);
  }
  return "";
}

bool Checks::HasSilence() const {
  using enum DisasterKind;
  return scenario_.Has({kStopControl, kStopAndReplaceControl, kStopAsterisk, kCutAsterisk, kSlowAsterisk,
                        kStopMedia, kCutMedia});
}

bool Checks::IsSetUp(const std::string& caller, const std::vector<const Watched*>& controls) {
  for (const Watched* control : controls) {
    const auto call = control->ended ? nullptr : control->process->app().table().Find(caller);
    if (call != nullptr && call->phase() == control::CallPhase::kSetup) return true;
  }
  return false;
}

Clock::Duration Checks::Patience() const {
  // A request that is never answered takes its five seconds, and so does each of its undos.
  if (scenario_.request_faults > 0) return seconds(60);
  if (HasSilence()) return seconds(5);
  return scenario_.jitter > milliseconds(20) ? seconds(4) : seconds(2);
}

std::string Checks::Look(Clock::Time now, const std::vector<const Watched*>& controls,
                         const Watched* living) {
  const auto companies = Companies(asterisk_, media_, scenario_.nodes);
  const bool disturbed = scenario_.IsDisturbed(now - start_);
  for (const auto& [id, company] : companies) {
    if (!company.served) continue;
    echo_began_.emplace(id, now);
    // Its echo time begins as control hears that it is bridged, which something silent delays.
    if (disturbed && HasSilence() && IsSetUp(id, controls)) echo_began_[id] = now;
  }
  std::string wrong = Controls(now, controls);
  if (wrong.empty()) wrong = DeadAsterisk(now, living != nullptr && !disturbed);
  if (living != last_living_) idle_.clear();
  last_living_ = living;
  if (wrong.empty() && living != nullptr)
    wrong = Serving(now, *living, scenario_.IsAsteriskDisturbed(now - start_));
  if (!wrong.empty()) return wrong;
  if (disturbed || living == nullptr || !living->process->app().serving()) {
    for (Moments* since : {&nobodys_, &heard_, &unserved_, &held_, &overdue_}) since->clear();
    return "";
  }
  for (const auto& [id, company] : companies) {
    wrong = Caller(id, company, *living->process, now);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string Checks::Controls(Clock::Time now, const std::vector<const Watched*>& controls) {
  size_t serving = 0;
  for (const Watched* control : controls) {
    if (control->ended || !control->process->process().running()) continue;
    serving += control->process->app().serving() ? 1 : 0;
    for (const auto& [step, began] : control->outstanding) {
      const bool ari = step.first.starts_with("ari.");
      if (now - began > (ari ? kAriDeadline : kMediaDeadline) + kLookInterval)
        return absl::StrCat(step.first, "#", step.second, " has no answer for longer than its deadline");
    }
    // Each call makes two requests at most at a time, and so does each node's keeper.
    const size_t most = 2 * control->process->app().table().size() + 2 * scenario_.nodes.size() + 20;
    if (control->outstanding.size() > most)
      return absl::StrCat(control->outstanding.size(), " requests at once, of ",
                          control->process->app().table().size(), " calls");
  }
  const bool disturbed = scenario_.IsDisturbed(now - start_);
  if (Since(many_, "", serving > 1 && !disturbed, now) > seconds(2)) return "more than one control serves";
  return "";
}

std::string Checks::Serving(Clock::Time now, const Watched& living, bool asterisk_disturbed) {
  using enum DisasterKind;
  // Where the connection broke it is tried again after five seconds at most.
  const bool broke = scenario_.Has({kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kSlowAsterisk,
                                    kStopControl, kStopAndReplaceControl});
  const bool faulty = scenario_.request_faults > 0;
  const bool slow = faulty || scenario_.jitter > milliseconds(20);
  const Clock::Duration limit = !faulty && broke ? seconds(20) : slow ? Patience() : seconds(2);
  const bool idle = !living.process->app().serving() && !asterisk_disturbed;
  if (Since(idle_, "", idle, now) > limit) return "a control does not serve";
  return "";
}

std::string Checks::DeadAsterisk(Clock::Time now, bool control_runs) {
  const bool dead = !asterisk_.running() && control_runs;
  if (Since(dead_, "", dead, now) <= seconds(3)) return "";
  const std::string left = media_.Leftovers();
  return left.empty() ? "" : absl::StrCat("Asterisk is gone for seconds, and there is still:\n", left);
}

std::string Checks::Caller(const std::string& id, const Company& company,
                           const control::ControlProcess& control, Clock::Time now) {
  const auto too_long = [&](Moments& since, bool holds, Clock::Duration limit) {
    return Since(since, id, holds, now) > limit;
  };
  if (too_long(nobodys_, !control.app().table().Contains(id), seconds(2)))
    return absl::StrCat("caller ", id, " is nobody's call");
  if (too_long(heard_, company.alone, Patience())) return absl::StrCat("caller ", id, " hears nothing");
  if (too_long(unserved_, company.echoes && !company.served, Patience()))
    return absl::StrCat("caller ", id, ": no session for its external media");
  if (too_long(held_, company.talks && !company.leased.empty(), Patience() + kLeaseTtl))
    return absl::StrCat("caller ", id, " talks, and ", company.leased, " is leased");
  // A control that was stopped in the set-up of a call counts the echo from when it learns of it.
  const bool stopped = scenario_.Has({DisasterKind::kStopControl, DisasterKind::kStopAndReplaceControl});
  const bool overdue = !stopped && company.served && now - echo_began_.at(id) > *scenario_.call.echo_time;
  if (too_long(overdue_, overdue, Patience()))
    return absl::StrCat("caller ", id, " hears itself for too long");
  return "";
}

bool Checks::AllSettled() const {
  for (const auto& [id, channel] : asterisk_.channels()) {
    if (channel.kind != ChannelKind::kCaller) continue;
    if (channel.dying || channel.bridge_id.empty()) return false;
    bool talks = false;
    for (const std::string& member : asterisk_.bridges().at(channel.bridge_id).ari.channel_ids) {
      talks = talks || member.starts_with(DestinationsOf(id));
    }
    if (!talks) return false;
  }
  return true;
}

std::string Checks::AllOver(const std::vector<const Watched*>& controls, control::ControlProcess& living) {
  std::string left = absl::StrCat(asterisk_.Leftovers(), media_.Leftovers());
  const auto add = [&left](const char* what, double count) {
    if (count != 0) absl::StrAppend(&left, what, ": ", count, "\n");
  };
  if (!left.empty()) return left;
  add("calls", static_cast<double>(living.app().table().size()));
  add("calls without an outcome", living.Metric("benari_control_calls"));
  add("leases kept alive", static_cast<double>(living.keeper().size()));
  using enum DisasterKind;
  const bool calls_were_lost =
      living.Metric("benari_control_undo_failures_total") > 0 || scenario_.control_ends ||
      scenario_.Has({kKillControl, kStopControl, kReplaceControl, kStopAndReplaceControl, kTerminateControl,
                     kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kSlowAsterisk});
  if (!calls_were_lost) add("swept without need", living.Metric("benari_control_swept_total"));
  // An instance that was stopped acts on what it knew until it reads that it was replaced: ARI cannot fence
  // it off.
  const bool asterisk_was_lost =
      scenario_.Has({kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kSlowAsterisk,
                     kDestroyBridge, kStopControl, kStopAndReplaceControl});
  // What an instance that was replaced had under way arrives after the new one has listed.
  const bool late_requests = scenario_.Has({kReplaceControl}) && scenario_.jitter > milliseconds(20);
  if (!asterisk_was_lost && !late_requests && scenario_.request_faults == 0 && !scenario_.HasUnroutable()) {
    double failed = 0;
    for (const Watched* control : controls)
      failed += control->process->Metric("benari_control_calls_ended_total", "failed");
    add("calls that failed without need", failed);
  }
  const bool media_was_lost = scenario_.Has({kStopMedia, kKillMedia, kDrainMedia, kCutMedia, kResetMedia});
  // A lease whose answer was lost is nobody's until the call is over.
  if (!calls_were_lost && !media_was_lost && scenario_.request_faults == 0)
    add("leases that ran out without need", static_cast<double>(media_.lease_expiries()));
  return left;
}

std::string Checks::Ends(const std::vector<std::string>& callers) const {
  for (const std::string& caller : callers) {
    const std::string wrong = EndOf(caller);
    if (!wrong.empty()) return absl::StrCat("caller ", caller, " ", wrong);
  }
  return "";
}

std::string Checks::EndOf(const std::string& caller) const {
  const auto end = asterisk_.EndOf(caller);
  if (!end.has_value()) return "is still there";
  if (end->by_itself) return "";
  // More than one where a control died after it had dialled.
  const std::string destinations = DestinationsOf(caller);
  bool left = false;
  std::optional<Destination> last;
  for (auto dialled = asterisk_.dialled().lower_bound(destinations);
       dialled != asterisk_.dialled().end() && dialled->first.starts_with(destinations); ++dialled) {
    const auto over = asterisk_.EndOf(dialled->first);
    left = left || (over.has_value() && over->by_itself);
    last = dialled->second;
  }
  // An instance that was stopped acts on what it knew until it reads that it was replaced: ARI cannot fence
  // it off.
  using enum DisasterKind;
  const bool may_be = scenario_.Has({kTerminateControl, kStopControl, kStopAndReplaceControl});
  if (end->cause == 16 && !left && !may_be) return "was hung up though its destination did not hang up";
  if (!scenario_.IsCalm()) return "";
  const bool room = scenario_.app.max_calls >= 50 && scenario_.media.ports_per_node >= 50;
  const bool heard =
      scenario_.media.media_flows || scenario_.call.on_no_media == control::OnNoMedia::kContinue;
  if (!last.has_value()) return room && heard ? "was let go before its destination was dialled" : "";
  const int told = CauseOf(*last);
  return end->cause == told ? "" : absl::StrCat("was told cause ", end->cause, ", not ", told);
}

}  // namespace benari::sim
