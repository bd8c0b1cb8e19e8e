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

double InSeconds(Clock::Duration duration) { return std::chrono::duration<double>(duration).count(); }

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

std::string Checks::Callers(Clock::Time now, bool serving) {
  if (!serving) {
    heard_.clear();
    unserved_.clear();
    held_.clear();
    return "";
  }
  for (const auto& [id, channel] : asterisk_.channels()) {
    if (channel.kind != ChannelKind::kCaller || !channel.in_stasis || channel.dying) continue;
    const std::string wrong = Caller(channel, now);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string Checks::Caller(const fakes::ChannelRecord& caller, Clock::Time now) {
  const std::string& id = caller.ari.id;
  // A request that is never answered takes its five seconds, and so does each of its undos.
  const Clock::Duration patience = scenario_.request_faults > 0 ? seconds(60) : seconds(4);
  std::set<std::string> sessions;
  for (const std::string& node : scenario_.nodes) {
    if (media_.ReachOf(node) != fakes::FakeMedia::Reach::kAnswers) continue;
    for (const auto& session : media_.Living(node).Sessions()) {
      if (CallOf(session.lease_id) == id) sessions.insert(session.lease_id);
    }
  }
  bool alone = true, talks = false, echoes = false, served = false;
  for (const auto& [other_id, other] : asterisk_.channels()) {
    if (other_id == id || CallOf(other_id) != id || other.dying) continue;
    const bool bridged = !other.bridge_id.empty() && other.bridge_id == caller.bridge_id;
    const bool rings = other.kind == ChannelKind::kDialled && other.ari.state != "Up";
    alone = alone && !bridged && !rings;
    if (other.kind == ChannelKind::kDialled) talks = talks || bridged;
    if (other.kind == ChannelKind::kExternalMedia) {
      echoes = echoes || bridged;
      served = served || sessions.contains(other_id);
    }
  }
  if (const auto length = Since(heard_, id, alone, now); length > patience)
    return absl::StrCat("caller ", id, " has heard nothing for ", InSeconds(length), " s");
  if (const auto length = Since(unserved_, id, echoes && !served, now); length > patience)
    return absl::StrCat("caller ", id, ": no session for its external media for ", InSeconds(length), " s");
  if (const auto length = Since(held_, id, talks && !sessions.empty(), now); length > patience + seconds(10))
    return absl::StrCat("caller ", id, " talks, and ", *sessions.begin(), " is leased for ", InSeconds(length), " s");
  return "";
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
