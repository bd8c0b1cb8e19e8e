// What must hold in the end.
#include <optional>

#include "absl/strings/str_cat.h"
#include "tests/sim/checks.h"

namespace benari::sim {

using fakes::ChannelKind;
using fakes::Destination;
using std::chrono::milliseconds;

namespace {

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

bool Checks::AllSettled() const {
  for (const auto& [id, channel] : asterisk_.channels()) {
    const Role role = RoleOf(asterisk_, id);
    if (!role.is_caller || channel.kind == ChannelKind::kLocalFar || channel.elsewhere || channel.transferred)
      continue;
    if (channel.dying || channel.bridge_id.empty()) return false;
    bool talks = false;
    for (const std::string& member : asterisk_.bridges().at(channel.bridge_id).ari.channel_ids) {
      const Role other = RoleOf(asterisk_, member);
      talks =
          talks || (!other.is_caller && asterisk_.channels().at(member).kind != ChannelKind::kExternalMedia);
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
                     kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kSlowAsterisk, kFailFast,
                     kCutMachine});
  if (!calls_were_lost) add("swept without need", living.Metric("benari_control_swept_total"));
  // An instance that was stopped acts on what it knew until it reads that it was replaced: ARI cannot fence
  // it off.
  const bool asterisk_was_lost =
      scenario_.Has({kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kSlowAsterisk,
                     kDestroyBridge, kStopControl, kStopAndReplaceControl, kFailFast, kCutMachine});
  // What an instance that was replaced had under way arrives after the new one has listed.
  const bool late_requests = scenario_.Has({kReplaceControl}) && scenario_.jitter > milliseconds(2);
  if (!asterisk_was_lost && !late_requests && scenario_.request_faults == 0 && !scenario_.HasUnroutable() &&
      !scenario_.HasMeddling(MeddlingKind::kForeignBridge)) {
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
  const std::string destinations = DestinationsOf(RoleOf(asterisk_, caller).call_id);
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
  // Who comes back as it is let go may still be hung up on for what its first destination did.
  const bool may_be = scenario_.Has({kTerminateControl, kStopControl, kStopAndReplaceControl}) ||
                      scenario_.HasMeddling(MeddlingKind::kRedirect) ||
                      scenario_.HasMeddling(MeddlingKind::kForeignApp);
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
