// What must hold in the end.
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/checks.h"
#include "tests/sim/documents.h"
#include "tests/sim/order_book.h"

namespace benari::sim {

using fakes::ChannelKind;
using fakes::Destination;
using std::chrono::milliseconds;

namespace {

std::string ToldWrongly(int told, int right) {
  return told == right ? "" : absl::StrCat("was told cause ", told, ", not ", right);
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
  std::string left = absl::StrCat(asterisk_.Leftovers(), media_.Leftovers(kOwner));
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
  // Those of a neighbour run out as well.
  if (!calls_were_lost && !media_was_lost && scenario_.request_faults == 0 &&
      !scenario_.neighbour.has_value())
    add("leases that ran out without need", static_cast<double>(media_.lease_expiries()));
  return left;
}

std::string Checks::Ends(const std::vector<std::string>& callers, const OrderBook& orders) const {
  for (const std::string& caller : callers) {
    const std::string wrong = EndOf(caller, orders);
    if (!wrong.empty()) return absl::StrCat("caller ", caller, " ", wrong);
  }
  return "";
}

std::string Checks::EndOf(const std::string& caller, const OrderBook& orders) const {
  const auto end = asterisk_.EndOf(caller);
  if (!end.has_value()) return "is still there";
  if (end->by_itself) return "";
  const std::string call_id = RoleOf(asterisk_, caller).call_id;
  const std::map<int, std::string> dialled = DialledFor(asterisk_, call_id);
  bool left = false;
  std::vector<Destination> met;
  for (const auto& [number, id] : dialled) {
    const auto over = asterisk_.EndOf(id);
    left = left || (over.has_value() && over->by_itself);
    met.push_back(asterisk_.dialled().at(id));
  }
  // An instance that was stopped acts on what it knew until it reads that it was replaced: ARI cannot fence
  // it off.
  using enum DisasterKind;
  // Who comes back as it is let go may still be hung up on for what its first destination did.
  const bool may_be = scenario_.Has({kTerminateControl, kStopControl, kStopAndReplaceControl}) ||
                      scenario_.HasMeddling(MeddlingKind::kRedirect) ||
                      scenario_.HasMeddling(MeddlingKind::kForeignApp);
  const bool by_webhook = scenario_.call.flow == control::FlowKind::kWebhook;
  const bool steered = orders.HasSteered(call_id);
  const bool says_so = steered || (by_webhook && DocumentsMayHangUp(scenario_));
  if (end->cause == 16 && !left && !may_be && !says_so)
    return "was hung up though its destination did not hang up";
  if (!scenario_.IsCalm()) return "";
  const bool room = scenario_.app.max_calls >= 50 && scenario_.media.ports_per_node >= 50;
  const bool heard =
      scenario_.media.media_flows || scenario_.call.on_no_media == control::OnNoMedia::kContinue;
  if (steered) return room && heard ? orders.CauseOfSteered(call_id, end->cause, met) : "";
  if (by_webhook && (!room || !heard || DocumentsDialSeveral(scenario_))) return "";
  if (by_webhook) return EndByWebhook(end->cause, met);
  if (met.empty()) return room && heard ? "was let go before its destination was dialled" : "";
  return ToldWrongly(end->cause, CauseOf(met.back()));
}

std::string Checks::EndByWebhook(int told, const std::vector<Destination>& met) const {
  const DocumentEnd end = EndByDocuments(scenario_, met);
  switch (end.kind) {
    case DocumentEnd::Kind::kTalks:
      return "was hung up while it talked to its destination";
    case DocumentEnd::Kind::kDialsOn:
      return "was let go before a destination was dialled that its webhook names";
    case DocumentEnd::Kind::kHungUp:
      break;
  }
  return ToldWrongly(told, end.cause);
}

}  // namespace benari::sim
