#include "tests/sim/checks.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "control/ids.h"

namespace benari::sim {

using control::ResourceKind;
using fakes::ChannelKind;
using std::chrono::seconds;

namespace {

const control::Ids& SimIds() {
  static const auto& ids = *new control::Ids("benari");
  return ids;
}

std::string CallOf(const std::string& id) {
  const auto parsed = SimIds().Parse(id);
  return parsed.has_value() ? parsed->call_id : id;
}

// Remembers since when something holds; how long by now.
Clock::Duration Since(std::map<std::string, Clock::Time>& since, const std::string& id, bool holds,
                      Clock::Time now) {
  if (!holds) {
    since.erase(id);
    return Clock::Duration::zero();
  }
  return now - since.emplace(id, now).first->second;
}

}  // namespace

std::string Checks::Step() {
  const std::string media = media_.violation();
  if (!media.empty()) return media;
  if (asterisk_.membership_changes() == membership_changes_) return "";
  membership_changes_ = asterisk_.membership_changes();
  return Bridges();
}

std::string Checks::Bridges() const {
  for (const auto& [id, bridge] : asterisk_.bridges()) {
    for (const std::string& member : bridge.ari.channel_ids) {
      if (CallOf(member) != CallOf(id)) return absl::StrCat("channel ", member, " is in bridge ", id);
    }
  }
  return "";
}

std::string Checks::Callers(Clock::Time now, const control::ControlProcess* control) {
  if (control == nullptr) {
    for (auto* since : {&nobodys_, &heard_, &unserved_, &held_}) since->clear();
  }
  for (const auto& [id, channel] : asterisk_.channels()) {
    if (channel.kind != ChannelKind::kCaller || !channel.in_stasis || channel.dying) continue;
    const std::string wrong = Caller(channel, control, now);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string Checks::Caller(const fakes::ChannelRecord& caller, const control::ControlProcess* control,
                           Clock::Time now) {
  const std::string& id = caller.ari.id;
  Company company = CompanyOf(caller);
  // Without a bridge nobody can tell that there was one, before a control died that was about to let it go.
  if (caller.bridge_id.empty()) echo_began_.erase(id);
  if (company.served) echo_began_.emplace(id, now);
  if (control == nullptr) return "";
  // A request that is never answered takes its five seconds, and so does each of its undos.
  const Clock::Duration patience = scenario_.request_faults > 0 ? seconds(60) : seconds(4);
  const auto too_long = [&](std::map<std::string, Clock::Time>& since, bool holds, Clock::Duration limit) {
    return Since(since, id, holds, now) > limit;
  };
  if (too_long(nobodys_, !control->app().table().Contains(id), seconds(2)))
    return absl::StrCat("caller ", id, " is nobody's call");
  if (too_long(heard_, company.alone, patience)) return absl::StrCat("caller ", id, " hears nothing");
  if (too_long(unserved_, company.echoes && !company.served, patience))
    return absl::StrCat("caller ", id, ": no session for its external media");
  if (too_long(held_, company.talks && !company.leased.empty(), patience + seconds(10)))
    return absl::StrCat("caller ", id, " talks, and ", company.leased, " is leased");
  const bool stopped = scenario_.Has({DisasterKind::kStopControl, DisasterKind::kStopAndReplaceControl});
  if (!stopped && company.served && now - echo_began_.at(id) > *scenario_.call.echo_time + patience)
    return absl::StrCat("caller ", id, " hears itself for too long");
  return "";
}

Checks::Company Checks::CompanyOf(const fakes::ChannelRecord& caller) {
  Company company;
  std::set<std::string> sessions;
  for (const std::string& node : scenario_.nodes) {
    if (media_.ReachOf(node) != fakes::FakeMedia::Reach::kAnswers) continue;
    for (const auto& session : media_.Living(node).Sessions()) sessions.insert(session.lease_id);
  }
  for (const std::string& lease_id : sessions) {
    if (CallOf(lease_id) == caller.ari.id) company.leased = lease_id;
  }
  for (const auto& [id, other] : asterisk_.channels()) {
    if (id == caller.ari.id || CallOf(id) != caller.ari.id || other.dying) continue;
    const bool bridged = !other.bridge_id.empty() && other.bridge_id == caller.bridge_id;
    const bool dialled = other.kind == ChannelKind::kDialled;
    const bool external = other.kind == ChannelKind::kExternalMedia;
    const bool rings = dialled && other.ari.state != "Up";
    company.alone = company.alone && !bridged && !rings;
    company.talks = company.talks || (dialled && bridged);
    company.echoes = company.echoes || (external && bridged);
    company.served = company.served || (external && sessions.contains(id));
  }
  return company;
}

bool Checks::AllSettled() const {
  for (const auto& [id, channel] : asterisk_.channels()) {
    if (channel.kind != ChannelKind::kCaller) continue;
    if (channel.dying || channel.bridge_id.empty()) return false;
    const auto& bridge = asterisk_.bridges().at(channel.bridge_id);
    bool talks = false;
    for (const std::string& member : bridge.ari.channel_ids) {
      const auto parsed = SimIds().Parse(member);
      talks = talks || (parsed.has_value() && parsed->kind == ResourceKind::kDestination);
    }
    if (!talks) return false;
  }
  return true;
}

std::string Checks::AllOver(control::ControlProcess& control) {
  std::string left = absl::StrCat(asterisk_.Leftovers(), media_.Leftovers());
  const auto add = [&left](const char* what, double count) {
    if (count != 0) absl::StrAppend(&left, what, ": ", count, "\n");
  };
  add("calls", static_cast<double>(control.app().table().size()));
  add("calls by phase", control.Metric("control_calls"));
  add("leases kept alive", static_cast<double>(control.keeper().size()));
  using enum DisasterKind;
  const bool calls_were_lost = control.Metric("control_undo_failures_total") > 0 || scenario_.control_ends ||
                               scenario_.Has({kKillControl, kStopControl, kReplaceControl, kStopAndReplaceControl,
                                              kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk});
  if (!calls_were_lost) add("swept without need", control.Metric("control_swept_total"));
  // An instance that was stopped acts on what it knew until it reads that it was replaced: ARI cannot fence it off.
  const bool asterisk_was_lost = scenario_.Has(
      {kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kDestroyBridge, kStopAndReplaceControl});
  if (!asterisk_was_lost && scenario_.request_faults == 0 && !scenario_.HasUnroutable())
    add("calls that failed without need", control.Metric("control_calls_ended_total", "failed"));
  const bool media_was_lost = scenario_.Has({kStopMedia, kKillMedia, kDrainMedia, kCutMedia, kResetMedia});
  // A lease whose answer was lost is nobody's until the call is over.
  if (!calls_were_lost && !media_was_lost && scenario_.request_faults == 0)
    add("leases that ran out without need", static_cast<double>(media_.lease_expiries()));
  return left;
}

}  // namespace benari::sim
