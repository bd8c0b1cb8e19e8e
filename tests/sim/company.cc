#include "tests/sim/company.h"

#include <set>

#include "control/ids.h"

namespace benari::sim {

using fakes::ChannelKind;

std::string CallOf(const std::string& id) {
  static const auto& ids = *new control::Ids("benari");
  const auto parsed = ids.Parse(id);
  return parsed.has_value() ? parsed->call_id : id;
}

std::map<std::string, Company> Companies(const fakes::AsteriskModel& asterisk, fakes::FakeMedia& media,
                                         const std::vector<std::string>& nodes) {
  std::map<std::string, Company> companies;
  for (const auto& [id, channel] : asterisk.channels()) {
    if (channel.kind == ChannelKind::kCaller && channel.in_stasis && !channel.dying)
      companies[id].bridged = !channel.bridge_id.empty();
  }
  if (companies.empty()) return companies;
  std::set<std::string> sessions;
  for (const std::string& node : nodes) {
    if (media.ReachOf(node) != fakes::FakeMedia::Reach::kAnswers) continue;
    for (const auto& session : media.Living(node).Sessions()) {
      sessions.insert(session.lease_id);
      const auto caller = companies.find(CallOf(session.lease_id));
      if (caller != companies.end()) caller->second.leased = session.lease_id;
    }
  }
  for (const auto& [id, other] : asterisk.channels()) {
    if (other.kind == ChannelKind::kCaller || other.kind == ChannelKind::kLocalFar || other.dying) continue;
    const auto caller = companies.find(CallOf(id));
    if (caller == companies.end()) continue;
    Company& company = caller->second;
    const bool bridged =
        !other.bridge_id.empty() && other.bridge_id == asterisk.channels().at(caller->first).bridge_id;
    const bool dialled = other.kind == ChannelKind::kDialled;
    const bool rings = dialled && other.ari.state != "Up";
    company.alone = company.alone && !bridged && !rings;
    company.talks = company.talks || (dialled && bridged);
    company.echoes = company.echoes || (!dialled && bridged);
    company.served = company.served || (!dialled && bridged && sessions.contains(id));
  }
  return companies;
}

}  // namespace benari::sim
