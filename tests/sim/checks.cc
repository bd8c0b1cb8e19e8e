#include "tests/sim/checks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::sim {

using fakes::ChannelKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds kAriDeadline(5000);
constexpr milliseconds kMediaDeadline(1000);
constexpr seconds kSweep(30);
constexpr size_t kMostRenewals = 8;  // of a node, within a look
constexpr int kMostVerbs = 4;        // of one document of a webhook
// An instance that stands by waits for five seconds, asks nodes that are silent, then lists.
constexpr milliseconds kTakeOver(8000);
// An instance that was cut off asks a node that is silent for three seconds, and then waits for its answer.
constexpr milliseconds kAsksSilentNode(4000);

// Remembers since when something holds; how long by now.
Clock::Duration Since(std::map<std::string, Clock::Time>& since, const std::string& id, bool holds,
                      Clock::Time now) {
  if (!holds) {
    since.erase(id);
    return Clock::Duration::zero();
  }
  return now - since.emplace(id, now).first->second;
}

// A bot that has finished is not replaced when its node goes: its destination is dialled by then.
bool IsUnserved(const Company& company) { return company.echoes && !company.served && !company.dialled; }
bool HearsNothing(const Company& company) { return company.alone && !company.rings; }
bool RingsForNobody(const Company& company) { return company.alone && company.rings; }
bool HoldsPort(const Company& company) { return company.talks && !company.leased.empty(); }
bool IsLeft(const Company& company) { return company.bot_is_finished && !company.dialled; }

}  // namespace

std::string Checks::Step() {
  const std::string media = media_.violation();
  if (!media.empty()) return media;
  if (asterisk_.membership_changes() == membership_changes_) return "";
  membership_changes_ = asterisk_.membership_changes();
  ForgetWhatIsOver(Companies(asterisk_, media_, scenario_.nodes));
  return Bridges();
}

// What is over now is over, even if it holds again at the next look: a short echo, say, lies between two of
// them.
void Checks::ForgetWhatIsOver(const std::map<std::string, Company>& companies) {
  const auto forget = [&companies](Moments& since, bool (*holds)(const Company&)) {
    std::erase_if(since, [&companies, holds](const auto& each) {
      const auto company = companies.find(each.first);
      return company == companies.end() || !holds(company->second);
    });
  };
  for (Moments* since : {&nobodys_, &releasing_, &overdue_, &ringing_})
    forget(*since, [](const Company&) { return true; });
  forget(heard_, HearsNothing);
  forget(waits_, RingsForNobody);
  forget(apart_, [](const Company& company) { return company.apart; });
  forget(unserved_, IsUnserved);
  forget(held_, HoldsPort);
  forget(left_, IsLeft);
  // Each stream of a webhook has its own time.
  if (scenario_.RunsDocuments()) forget(echo_began_, [](const Company& company) { return company.served; });
}

std::string Checks::Bridges() {
  for (const auto& [id, bridge] : asterisk_.bridges()) {
    if (CallOf(id) == id) continue;  // somebody else's
    for (const std::string& member : bridge.ari.channel_ids) {
      if (RoleOf(asterisk_, member).call_id != CallOf(id))
        return absl::StrCat("channel ", member, " is in bridge ", id);
    }
  }
  // Without a call's bridge nobody can tell that there was one, before a control died that was about to let
  // it go, even if its caller is in a bridge of somebody else.
  std::erase_if(echo_began_, [this](const auto& began) {
    const auto caller = asterisk_.channels().find(began.first);
    if (caller == asterisk_.channels().end() || caller->second.bridge_id.empty()) return true;
    return !asterisk_.bridges().contains(BridgeOf(RoleOf(asterisk_, began.first).call_id));
  });
  return "";
}

bool Checks::HasSilence() const {
  using enum DisasterKind;
  // An answer that a reset lost is no less of a silence: nodes may have been cut off with Asterisk.
  return scenario_.Has({kStopControl, kStopAndReplaceControl, kStopAsterisk, kCutAsterisk, kSlowAsterisk,
                        kResetAsterisk, kStopMedia, kCutMedia, kCutMachine, kFailFast});
}

bool Checks::IsSetUp(const std::string& caller, const std::vector<const Watched*>& controls) {
  for (const Watched* control : controls) {
    const auto call = control->ended ? nullptr : control->process->app().table().Find(caller);
    if (call != nullptr && call->phase() == control::CallPhase::kSetup) return true;
  }
  return false;
}

bool Checks::MediaIsDisturbed() const {
  return std::any_of(scenario_.disasters.begin(), scenario_.disasters.end(),
                     [](const Disaster& disaster) { return disaster.IsOfMedia(); });
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
    for (Moments* since : {&nobodys_, &releasing_, &heard_, &waits_, &unserved_, &held_, &overdue_, &apart_,
                           &ringing_, &left_, &abandoned_, &too_many_, &node_down_})
      since->clear();
    return "";
  }
  wrong = Abandoned(now);
  if (wrong.empty() && scenario_.dimensions.contains(Dimension::kLimits)) wrong = Limits(now, companies);
  if (wrong.empty()) wrong = Nodes(now, *living->process);
  if (!wrong.empty()) return wrong;
  ForgetWhatIsOver(companies);
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
    const std::string busy = Renewals(*control);
    if (!busy.empty()) return busy;
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
                                    kStopControl, kStopAndReplaceControl, kCutMachine});
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
  const std::string left = media_.Leftovers(kOwner);
  return left.empty() ? "" : absl::StrCat("Asterisk is gone for seconds, and there is still:\n", left);
}

std::string Checks::Caller(const std::string& id, const Company& company,
                           const control::ControlProcess& control, Clock::Time now) {
  const auto too_long = [&](Moments& since, bool holds, Clock::Duration limit) {
    return Since(since, id, holds, now) > limit;
  };
  const auto call = control.app().table().Find(RoleOf(asterisk_, id).call_id);
  if (too_long(nobodys_, call == nullptr, seconds(2)))
    return absl::StrCat("caller ", id, " is nobody's call");
  const bool releasing = call != nullptr && call->phase() == control::CallPhase::kReleasing;
  if (too_long(releasing_, releasing, Patience() + seconds(3)))
    return absl::StrCat("caller ", id, " is in the app, and its call is over");
  if (too_long(apart_, company.apart, Patience() + seconds(1)))
    return absl::StrCat("caller ", id, " is not in one bridge with its destination");
  // A bridge that somebody destroys before anybody is in it is noticed when nobody enters it.
  const Clock::Duration join =
      scenario_.Has({DisasterKind::kDestroyBridge}) ? scenario_.call.join_timeout : Clock::Duration::zero();
  // What a webhook says is not there yet, or is a pause.
  const bool asks = call != nullptr && call->phase() == control::CallPhase::kWebhook;
  // Those whom it has dialled one after the other may each refuse at once.
  const int dials = scenario_.RunsDocuments() ? kMostVerbs : 1;
  if (too_long(heard_, HearsNothing(company) && !asks, dials * Patience() + join))
    return absl::StrCat("caller ", id, " hears nothing");
  if (too_long(waits_, RingsForNobody(company) && !asks, Patience()))
    return absl::StrCat("caller ", id, " hears ringing, and nobody is dialled");
  // A node that no other can replace has time to be started again.
  const bool restarts = MediaIsDisturbed() || scenario_.Has({DisasterKind::kCutMachine});
  const Clock::Duration restart = restarts ? seconds(4) : seconds(0);
  if (too_long(unserved_, IsUnserved(company), Patience() + restart))
    return absl::StrCat("caller ", id, ": no session for its external media");
  if (too_long(held_, HoldsPort(company), Patience() + scenario_.media_client.lease_ttl))
    return absl::StrCat("caller ", id, " talks, and ", company.leased, " is leased");
  // A process that was stopped while another took over may still ask for the ringback of a call of its own.
  const bool late_request = scenario_.Has({DisasterKind::kStopAndReplaceControl});
  // Who was redirected as it heard ringing, and has a bot that stays in the next transfer, is not asked to
  // hear another ringing that would be stopped. A real Asterisk 22.10 ends it with the join.
  const bool of_earlier_call =
      scenario_.call.transfer == control::Transfer::kAttended &&
      (scenario_.HasMeddling(MeddlingKind::kRedirect) || scenario_.HasMeddling(MeddlingKind::kForeignApp));
  const bool counts = !late_request && !of_earlier_call;
  if (too_long(ringing_, counts && company.talks && company.rings, Patience()))
    return absl::StrCat("caller ", id, " talks, and hears ringing");
  // Without a watch it is heard of with the next renewal.
  const Clock::Duration news = Patience() + scenario_.keeper.interval;
  if (too_long(left_, IsLeft(company), news))
    return absl::StrCat("caller ", id, ": its bot has finished, and nothing follows");
  // A control that was stopped in the set-up of a call counts the echo from when it learns of it.
  // One that is told to end, and cannot, leaves callers whose bridge is gone already.
  using enum DisasterKind;
  const bool stopped = scenario_.Has({kStopControl, kStopAndReplaceControl, kTerminateControl});
  const bool echoes = company.served && !company.bot_is_finished;
  const bool overdue = !stopped && echoes && now - echo_began_.at(id) > scenario_.LongestMedia();
  if (too_long(overdue_, overdue, Patience()))
    return absl::StrCat("caller ", id, " hears itself for too long");
  return "";
}

// Where the WebSocket stands, every hang-up is heard of.
std::string Checks::Abandoned(Clock::Time now) {
  using enum DisasterKind;
  // What took effect after it had been given up is the sweep's, and where its call has just ended the next
  // one's.
  const bool late = scenario_.request_faults > 0 ||
                    scenario_.Has({kKillAsterisk, kStopAsterisk, kCutAsterisk, kSlowAsterisk, kResetAsterisk,
                                   kCutMachine, kFailFast, kKillControl, kStopControl, kStopAndReplaceControl,
                                   kReplaceControl, kTerminateControl});
  const Clock::Duration linger = control::CallTable::kEndsLinger;
  const Clock::Duration limit = late ? linger + kSweep + Patience() : Patience() + seconds(2);
  const auto check = [&](const std::string& id, const std::string& call_id) -> std::string {
    const bool has_caller = callers_there_.contains(call_id);
    if (Since(abandoned_, id, !has_caller, now) <= limit) return "";
    return absl::StrCat(id, " is there, and its caller has been gone for long");
  };
  std::erase_if(abandoned_, [this](const auto& each) {
    return !asterisk_.channels().contains(each.first) && !asterisk_.bridges().contains(each.first);
  });
  callers_there_.clear();
  for (const auto& [id, channel] : asterisk_.channels()) {
    const Role role = RoleOf(asterisk_, id);
    if (role.is_caller && channel.in_stasis && channel.kind != ChannelKind::kLocalFar)
      callers_there_.insert(role.call_id);
  }
  for (const auto& [id, channel] : asterisk_.channels()) {
    const Role role = RoleOf(asterisk_, id);
    if (role.is_caller || channel.kind == ChannelKind::kLocalFar) continue;
    const std::string wrong = check(id, role.call_id);
    if (!wrong.empty()) return wrong;
  }
  for (const auto& [id, bridge] : asterisk_.bridges()) {
    if (CallOf(id) == id) continue;
    const std::string wrong = check(id, CallOf(id));
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string Checks::Limits(Clock::Time now, const std::map<std::string, Company>& companies) {
  size_t served = 0;
  for (const auto& [id, company] : companies) served += company.echoes || company.talks ? 1 : 0;
  const bool more = served > scenario_.app.max_calls;
  if (Since(too_many_, "", more, now) <= seconds(1)) return "";
  return absl::StrCat(served, " callers are served at once, of at most ", scenario_.app.max_calls);
}

std::string Checks::Nodes(Clock::Time now, control::ControlProcess& control) {
  using enum DisasterKind;
  if (MediaIsDisturbed() || scenario_.request_faults > 0 ||
      scenario_.Has({kCutMachine, kStopControl, kStopAndReplaceControl}))
    return "";
  for (const std::string& node : scenario_.nodes) {
    if (Since(node_down_, node, !control.nodes().IsUp(node), now) > seconds(2))
      return absl::StrCat("node ", node, " is given up, though it answers");
  }
  return "";
}

// Each call whose media was lost may ask once whether its lease still runs.
std::string Checks::Renewals(const Watched& control) const {
  if (control.renewals <= kMostRenewals * scenario_.nodes.size() + scenario_.phones.size()) return "";
  return absl::StrCat(control.renewals, " renewals within a look, of ", scenario_.nodes.size(), " nodes");
}

std::string Checks::Service(Clock::Time now, bool reached) {
  const Clock::Duration at = now - start_;
  const bool machine_cut = scenario_.IsOnlyMachineCut(at);
  const bool disturbed = (scenario_.IsDisturbed(at) || scenario_.IsAsteriskDisturbed(at)) && !machine_cut;
  if (std::exchange(machine_was_cut_, machine_cut) != machine_cut) unreached_.clear();
  if (Since(unreached_, "", !reached && !disturbed, now) == Clock::Duration::zero()) return "";
  if (!scenario_.standbys || scenario_.control_ends) return "";
  using enum DisasterKind;
  const Clock::Duration patience = std::min(Patience(), Clock::Duration(seconds(20)));
  const bool waits = machine_cut || scenario_.Has({kKillControl, kStopControl, kReplaceControl,
                                                   kTerminateControl, kStopAndReplaceControl});
  const Clock::Time since = unreached_.at("");
  Clock::Duration limit = waits ? kTakeOver + patience : seconds(1) + patience;
  if (scenario_.IsNodeSilent(since - start_, at)) limit += kAsksSilentNode;
  return now - since > limit ? "nobody serves, for long" : "";
}

}  // namespace benari::sim
