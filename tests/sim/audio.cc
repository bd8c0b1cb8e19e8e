#include "tests/sim/audio.h"

#include "absl/strings/str_cat.h"
#include "tests/sim/company.h"

namespace benari::sim {

using fakes::ChannelKind;
using fakes::ChannelRecord;
using std::chrono::milliseconds;
using std::chrono::seconds;

bool Audio::MediaMaySeemLost() const {
  using enum DisasterKind;
  return scenario_.request_faults > 0 ||
         scenario_.Has({kKillMedia, kStopMedia, kDrainMedia, kCutMedia, kResetMedia, kCutMachine});
}

bool Audio::MayHangUp() const {
  using enum DisasterKind;
  // An instance that was stopped acts on what it knew until it reads that it was replaced: ARI cannot fence
  // it off.
  if (scenario_.Has({kStopControl, kStopAndReplaceControl})) return true;
  if (scenario_.call.on_media_lost == control::OnMediaLost::kHangUp && MediaMaySeemLost()) return true;
  // Asterisk refuses what would replace media that seems lost.
  if (scenario_.request_faults > 0 && scenario_.Has({kCutMedia, kCutMachine})) return true;
  return scenario_.call.on_no_media == control::OnNoMedia::kHangUp && scenario_.Has({kCutMachine});
}

// A bot that is lost in a transfer is not waited for, though it may be back before that is over.
bool Audio::MayBeGivenUp(const std::string& bot_url) const {
  const auto script = scenario_.media.bots.find(bot_url);
  return scenario_.call.transfer == control::Transfer::kAttended && script != scenario_.media.bots.end() &&
         script->second.dies_after.has_value();
}

bool Audio::Echoes(const std::string& media_id) const {
  for (const std::string& node : scenario_.nodes) {
    if (!media_.Runs(node) || silent_(node)) continue;
    for (const auto& session : media_.Living(node).Sessions()) {
      if (session.lease_id != media_id) continue;
      const bool finished = session.bot.has_value() && session.bot->phase == control::BotPhase::kFinished;
      if (finished) return false;  // it has nothing to say, and stays until the destination answers
      if (session.bot.has_value() && MayBeGivenUp(session.bot->url)) return false;
      return session.state == control::SessionState::kRunning && session.diagnosis.empty() &&
             session.sent_packets > 0;
    }
  }
  return false;
}

Audio::Sound Audio::Hears(const std::string& call_id, const std::string& without) const {
  const auto bridge = asterisk_.bridges().find(BridgeOf(call_id));
  if (bridge == asterisk_.bridges().end()) return Sound::kNothing;
  bool party = false, echo = false, destination = false;
  for (const std::string& member : bridge->second.ari.channel_ids) {
    const ChannelRecord& channel = asterisk_.channels().at(member);
    if (channel.dying || channel.transferred || member == without) continue;
    const bool caller = RoleOf(asterisk_, member).is_caller;
    const bool media = channel.kind == ChannelKind::kExternalMedia;
    party = party || caller;
    echo = echo || (media && Echoes(member));
    destination = destination || (!caller && !media);
  }
  if (!party) return Sound::kNothing;
  return destination ? Sound::kDestination : echo ? Sound::kEcho : Sound::kNothing;
}

// An echo that nobody could stop may go on while the destination is dialled, or after it was not reached.
bool Audio::MustGoOn(const std::string& call_id) const {
  const Sound sound = Hears(call_id, "");
  return sound == Sound::kDestination || (sound == Sound::kEcho && !dialled_.contains(call_id));
}

std::string Audio::OnDial(const std::string& call_id, Clock::Time now) {
  cut_short_.erase(call_id);
  if (scenario_.call.transfer == control::Transfer::kBlind || MediaMaySeemLost()) dialled_.insert(call_id);
  const auto caller = asterisk_.EndOf(call_id);
  const Clock::Duration at = now - start_;
  // What was asked for before, or told late, may take effect so long after.
  const bool undisturbed =
      scenario_.request_faults == 0 && !scenario_.IsDisturbedBetween(at - seconds(10), at);
  if (caller.has_value() && undisturbed && !scenario_.HasMeddling(MeddlingKind::kTransfer) &&
      now - caller->at > seconds(2))
    return absl::StrCat("a destination is dialled for caller ", call_id, ", who is gone");
  using enum DisasterKind;
  const bool events_were_lost =
      scenario_.request_faults > 0 || scenario_.control_ends ||
      scenario_.Has({kKillControl, kStopControl, kReplaceControl, kTerminateControl, kStopAndReplaceControl,
                     kKillAsterisk, kStopAsterisk, kCutAsterisk, kResetAsterisk, kCutMachine});
  const bool meddled =
      scenario_.HasMeddling(MeddlingKind::kRedirect) || scenario_.HasMeddling(MeddlingKind::kForeignApp);
  const bool once = !scenario_.RunsDocuments();
  if (once && talked_.contains(call_id) && !events_were_lost && !meddled)
    return absl::StrCat("caller ", call_id, " has talked to its destination, and that is dialled again");
  return "";
}

std::string Audio::OnHangUpOfParty(const std::string& party, const std::string& call_id,
                                   const control::Call* call) {
  if (MayHangUp()) return "";
  if (MustGoOn(call_id)) return absl::StrCat("caller ", party, " is hung up while its audio flows");
  const auto cut_short = cut_short_.find(call_id);
  // A later call of a caller who came back meanwhile has reasons of its own.
  if (cut_short == cut_short_.end() || cut_short->second.call != call) return "";
  return absl::StrCat("caller ", party, " is hung up; its audio flowed until ", cut_short->second.request);
}

std::string Audio::OnRequest(const std::string& operation, const std::string& id, Purpose purpose,
                             const control::Call* call, Clock::Time now) {
  if (purpose == Purpose::kByOrder) return "";
  const Role role = RoleOf(asterisk_, id);
  if (operation == "ari.Originate" && role.is_caller) return "";  // whom the API has called
  if (operation == "ari.Originate") return OnDial(role.call_id, now);
  if (operation == "ari.CreateExternalMedia") {
    // A bot that a webhook names after a destination is nothing that could not be stopped.
    if (scenario_.RunsDocuments()) dialled_.erase(role.call_id);
    return "";
  }
  const auto channel = asterisk_.channels().find(id);
  const bool hangs_up = operation == "ari.HangUp";
  if (hangs_up && (channel == asterisk_.channels().end() || channel->second.dying)) return "";
  if (hangs_up && role.is_caller) return OnHangUpOfParty(id, role.call_id, call);
  if (purpose == Purpose::kGoesOn || !MustGoOn(role.call_id)) return "";
  if (hangs_up && Hears(role.call_id, id) != Sound::kNothing) return "";
  cut_short_[role.call_id] = {absl::StrCat(operation, " of ", id), call};
  return "";
}

void Audio::Look() {
  for (auto each = cut_short_.begin(); each != cut_short_.end();) {
    each = Hears(each->first, "") != Sound::kNothing ? cut_short_.erase(each) : std::next(each);
  }
  for (const auto& [id, bridge] : asterisk_.bridges()) {
    const std::string call_id = CallOf(id);
    if (Hears(call_id, "") == Sound::kDestination) talked_.insert(call_id);
  }
}

}  // namespace benari::sim
