#include "control/http/live_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/enum_table.h"
#include "common/iso8601.h"

namespace benari::control {

namespace {

constexpr EnumRow<ServiceState> kServiceStates[] = {
    {ServiceState::kServing, "serving"},
    {ServiceState::kWaitingForAsterisk, "waiting_for_asterisk"},
    {ServiceState::kDraining, "draining"},
    {ServiceState::kStandingBy, "standing_by"}};
static_assert(IsWhole(kServiceStates));

}  // namespace

Json LiveView::StatusJson() const {
  return {{"state", Translate(kServiceStates, sources_.state())},
          {"version", about_.version},
          {"app", about_.app},
          {"owner", about_.owner},
          {"asterisk", about_.asterisk},
          {"calls", sources_.history.now().size()},
          {"max_calls", about_.max_calls}};
}

std::string LiveView::Status() const { return ToText(StatusJson()); }

std::string LiveView::Calls() const {
  const Clock::Time now = sources_.clock.Now();
  Json calls = Json::array();
  for (const auto& [id, record] : sources_.history.now()) {
    if (calls.size() == kMostCalls) break;
    Json call = CallJson(*record, now);
    const auto session = sources_.stats.sessions().find(id);
    if (session != sources_.stats.sessions().end()) call["session"] = SessionJson(session->second);
    calls.push_back(std::move(call));
  }
  Json ended = Json::array();
  for (const auto& record : sources_.history.ended()) ended.push_back(CallJson(*record, now));
  const Json all = {{"at", Iso8601(sources_.clock.WallNow())},
                    {"calls_total", sources_.history.now().size()},
                    {"calls", std::move(calls)},
                    {"ended", std::move(ended)}};
  return ToText(all);
}

std::optional<std::string> LiveView::Call(const std::string& id) const {
  const auto record = sources_.history.Find(id);
  if (record == nullptr) return std::nullopt;
  Json call = CallJson(*record, sources_.clock.Now());
  const auto session = sources_.stats.sessions().find(id);
  const bool has_session = !record->end.has_value() && session != sources_.stats.sessions().end();
  if (has_session) call["session"] = SessionJson(session->second);
  call["steps"] = StepsJson(*record);
  call["steps_left_out"] = record->steps_left_out;
  return ToText(call);
}

std::string LiveView::Nodes() const {
  const Json all = {{"nodes", NodesJson(sources_.nodes, sources_.stats)}};
  return ToText(all);
}

std::string LiveView::Summary() const {
  const Clock::Time now = sources_.clock.Now();
  Json summary = StatusJson();
  Json calls = Json::array();
  for (const auto& [id, record] : sources_.history.now()) {
    if (calls.size() == kMostSummaryCalls) break;
    Json call = CallJson(*record, now);
    const auto session = sources_.stats.sessions().find(id);
    call["node"] = session == sources_.stats.sessions().end() ? "" : session->second.node;
    calls.push_back(std::move(call));
  }
  summary["calls_now"] = std::move(calls);
  summary["instance"] = about_.instance;
  return ToText(summary);
}

std::string LiveView::PeersText() const {
  const Json all = {{"peers", sources_.peers.ToJson(about_.instance)}};
  return ToText(all);
}

std::string LiveView::Changes(Cursor& cursor) const {
  Json changes = Json::object();
  AddCalls(cursor, changes);
  Json status = StatusJson();
  const std::string status_text = ToText(status);
  if (status_text != cursor.status) {
    cursor.status = status_text;
    changes["status"] = std::move(status);
  }
  Json nodes = NodesJson(sources_.nodes, sources_.stats);
  const std::string nodes_text = ToText(nodes);
  if (nodes_text != cursor.nodes) {
    cursor.nodes = nodes_text;
    changes["nodes"] = std::move(nodes);
  }
  if (sources_.stats.version() != cursor.stats) {
    cursor.stats = sources_.stats.version();
    Json sessions = Json::object();
    for (const auto& [id, session] : sources_.stats.sessions()) {
      if (sessions.size() == kMostCalls) break;
      sessions[id] = SessionJson(session);
    }
    changes["sessions"] = std::move(sessions);
  }
  if (sources_.peers.version() != cursor.peers) {
    cursor.peers = sources_.peers.version();
    changes["peers"] = sources_.peers.ToJson(about_.instance);
  }
  const Clock::Time now = sources_.clock.Now();
  if (changes.empty() && now - cursor.last < kHeartbeat) return "";
  cursor.last = now;
  changes["at"] = Iso8601(sources_.clock.WallNow());
  return ToText(changes);
}

// The oldest changes first, so that a reader who gets only some of them has a place to go on from.
void LiveView::AddCalls(Cursor& cursor, Json& changes) const {
  const CallHistory& history = sources_.history;
  const bool missed =
      cursor.history.has_value() && history.forgotten() > std::max(*cursor.history, cursor.forgotten);
  if (!cursor.history.has_value() || missed) {
    cursor.history = 0;
    cursor.forgotten = history.forgotten();
    changes["reset"] = true;
  }
  if (*cursor.history == history.version()) return;
  std::vector<const CallRecord*> changed;
  const auto look = [&changed, &cursor](const CallRecord& record) {
    if (record.changed > *cursor.history) changed.push_back(&record);
  };
  for (const auto& [id, record] : history.now()) look(*record);
  for (const auto& record : history.ended()) look(*record);
  std::sort(changed.begin(), changed.end(),
            [](const CallRecord* a, const CallRecord* b) { return a->changed < b->changed; });
  cursor.history = history.version();
  if (changed.size() > kMostCalls) {
    changed.resize(kMostCalls);
    cursor.history = changed.back()->changed;
  }
  const Clock::Time now = sources_.clock.Now();
  Json calls = Json::array();
  for (const CallRecord* record : changed) calls.push_back(CallJson(*record, now));
  if (!calls.empty()) changes["calls"] = std::move(calls);
}

}  // namespace benari::control
