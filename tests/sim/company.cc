#include "tests/sim/company.h"

#include <set>

#include "control/record/ids.h"

namespace benari::sim {

using fakes::ChannelKind;

namespace {
const control::Ids& Names() {
  static const auto& ids = *new control::Ids(kOwner);
  return ids;
}
}  // namespace

std::string CallOf(const std::string& id) {
  const auto parsed = Names().Parse(id);
  return parsed.has_value() ? parsed->call_id : id;
}

std::string BridgeOf(const std::string& call_id) { return Names().Bridge(call_id); }

Role RoleOf(const fakes::AsteriskModel& asterisk, const std::string& channel_id) {
  std::string id = channel_id;
  for (auto replaced = asterisk.replacements().find(id); replaced != asterisk.replacements().end();
       replaced = asterisk.replacements().find(id)) {
    id = replaced->second;
  }
  Role role;
  role.call_id = CallOf(id);
  role.is_caller = role.call_id == id;
  return role;
}

std::map<int, std::string> DialledFor(const fakes::AsteriskModel& asterisk, const std::string& call_id,
                                      const std::string& owner) {
  const control::Ids ids(owner);
  std::map<int, std::string> found;
  for (const auto& [id, destination] : asterisk.dialled()) {
    const auto parsed = ids.Parse(id);
    if (parsed.has_value() && parsed->call_id == call_id) found[parsed->number] = id;
  }
  return found;
}

namespace {

void Add(Company& company, const std::string& caller_bridge, const fakes::ChannelRecord& other,
         bool has_session, bool bot_is_finished) {
  const bool bridged = !other.bridge_id.empty() && other.bridge_id == caller_bridge;
  const bool media = other.kind == ChannelKind::kExternalMedia;
  const bool rings = !media && other.ari.state != "Up";
  company.alone = company.alone && !bridged && !rings;
  company.dialled = company.dialled || !media;
  company.talks = company.talks || (!media && bridged);
  company.apart = company.apart || (!media && !bridged && !rings);
  company.echoes = company.echoes || (media && bridged);
  company.served = company.served || (media && bridged && has_session);
  company.bot_is_finished = company.bot_is_finished || (media && bridged && bot_is_finished);
}

}  // namespace

std::map<std::string, Company> Companies(const fakes::AsteriskModel& asterisk, fakes::FakeMedia& media,
                                         const std::vector<std::string>& nodes) {
  std::map<std::string, Company> companies;
  std::map<std::string, std::string> callers;  // by call id
  for (const auto& [id, channel] : asterisk.channels()) {
    const Role role = RoleOf(asterisk, id);
    if (!role.is_caller || !channel.in_stasis || channel.dying || channel.transferred ||
        channel.kind == ChannelKind::kLocalFar)
      continue;
    callers[role.call_id] = id;
    Company& company = companies[id];
    company.bridged = !channel.bridge_id.empty();
    company.rings = channel.hears_ringing || channel.hears_music || !channel.playback_id.empty();
    company.abroad = company.bridged && CallOf(channel.bridge_id) != role.call_id;
    if (company.abroad) company.alone = false;
  }
  if (companies.empty()) return companies;
  std::set<std::string> sessions, finished;  // by lease
  for (const std::string& node : nodes) {
    if (media.ReachOf(node) != fakes::FakeMedia::Reach::kAnswers) continue;
    for (const auto& session : media.Living(node).Sessions()) {
      sessions.insert(session.lease_id);
      if (session.bot.has_value() && session.bot->phase == control::BotPhase::kFinished)
        finished.insert(session.lease_id);
      const auto caller = callers.find(CallOf(session.lease_id));
      if (caller == callers.end()) continue;
      companies[caller->second].leased = session.lease_id;
    }
  }
  for (const auto& [id, other] : asterisk.channels()) {
    const Role role = RoleOf(asterisk, id);
    const auto caller = callers.find(role.call_id);
    if (role.is_caller || other.kind == ChannelKind::kLocalFar || other.dying || caller == callers.end())
      continue;
    const std::string& bridge = asterisk.channels().at(caller->second).bridge_id;
    Add(companies[caller->second], bridge, other, sessions.contains(id), finished.contains(id));
  }
  return companies;
}

}  // namespace benari::sim
