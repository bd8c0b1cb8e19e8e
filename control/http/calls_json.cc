#include "control/http/calls_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/enum_table.h"
#include "common/iso8601.h"

namespace benari::control {

namespace {

// To a tenth.
double Ms(Clock::Duration duration) {
  return std::round(std::chrono::duration<double, std::milli>(duration).count() * 10) / 10;
}

double Rounded(double value) { return std::round(value * 100) / 100; }

constexpr EnumRow<SessionState> kSessionStates[] = {{SessionState::kLeased, "leased"},
                                                    {SessionState::kRunning, "running"},
                                                    {SessionState::kStopped, "stopped"}};
static_assert(IsWhole(kSessionStates));

const char* StateOf(const MediaNodes::Node& node) {
  if (!node.up) return node.status.instance_id.empty() ? "not_reached" : "down";
  if (node.status.draining) return "draining";
  return node.listed ? "up" : "leaving";
}

}  // namespace

Json CallJson(const CallRecord& record, Clock::Time now) {
  Json json = {{"id", record.identity.call_id}, {"started_at", Iso8601(record.began_at)}};
  if (record.end.has_value()) {
    json["outcome"] = ToString(record.end->outcome);
    json["why"] = record.end->why;
    json["duration_ms"] = Ms(record.end->at);
  } else {
    json["phase"] = ToString(record.phases.back().phase);
    json["age_ms"] = Ms(now - record.began);
  }
  Json phases = Json::object();
  for (const CallRecord::Phase& each : record.phases) phases[ToString(each.phase)] = Ms(each.at);
  json["phases_ms"] = std::move(phases);
  const bool warned = std::any_of(record.steps.begin(), record.steps.end(),
                                  [](const CallStep& step) { return step.level >= log::Level::kWarning; });
  json["warned"] = warned;
  return json;
}

Json StepsJson(const CallRecord& record) {
  Json steps = Json::array();
  for (const CallStep& step : record.steps) {
    Json fields = Json::object();
    for (const auto& [key, value] : step.fields) {
      std::visit([&fields, key = key](const auto& v) { fields[key] = v; }, value);
    }
    steps.push_back({{"at_ms", Ms(step.at)},
                     {"level", log::AbslUnparseFlag(step.level)},
                     {"what", step.what},
                     {"fields", std::move(fields)}});
  }
  return steps;
}

namespace {

Json BotJson(const BotInfo& bot) {
  Json json = {{"phase", ToString(bot.phase)},
               {"end", ToString(bot.end)},
               {"last_error", bot.last_error},
               {"connections", bot.connections},
               {"queued_ms", bot.queued.count()},
               {"marks_pending", bot.marks_pending},
               {"clears", bot.clears},
               {"underruns", bot.underruns},
               {"turns", bot.turns},
               {"interruptions", bot.interruptions},
               {"bot_speaking", bot.bot_speaking},
               {"caller_speaking", bot.peer_speaking}};
  if (bot.first_audio.has_value()) json["first_audio_ms"] = bot.first_audio->count();
  if (bot.last_response.has_value()) json["last_response_ms"] = bot.last_response->count();
  if (bot.mean_response.has_value()) json["mean_response_ms"] = bot.mean_response->count();
  return json;
}

}  // namespace

Json SessionJson(const MediaStats::Session& session) {
  const SessionInfo& info = session.info;
  Json json = {{"node", session.node},
               {"lease_id", info.lease_id},
               {"state", Translate(kSessionStates, info.state)},
               {"rtp_to", info.rtp.ToString()},
               {"rtp_from", info.peer.host.empty() ? "" : info.peer.ToString()},
               {"received_packets", info.received_packets},
               {"sent_packets", info.sent_packets},
               {"lost_packets", info.lost_packets},
               {"jitter_ms", Rounded(info.jitter_ms)},
               {"diagnosis", info.diagnosis},
               {"diagnosis_text", info.diagnosis_text}};
  if (info.bot.has_value()) json["bot"] = BotJson(*info.bot);
  return json;
}

Json NodesJson(const MediaNodes& nodes, const MediaStats& stats) {
  struct Sum {
    size_t sessions = 0;
    uint64_t received = 0;
    int64_t lost = 0;
    double jitter_ms = 0;
  };
  std::map<std::string, Sum> sums;
  for (const auto& [call, session] : stats.sessions()) {
    Sum& sum = sums[session.node];
    ++sum.sessions;
    sum.received += session.info.received_packets;
    sum.lost += session.info.lost_packets;
    sum.jitter_ms = std::max(sum.jitter_ms, session.info.jitter_ms);
  }
  Json all = Json::array();
  for (const auto& [address, node] : nodes.Processes()) {
    const Sum& sum = sums[address];
    Json json = {{"address", address}, {"name", node->status.name}, {"state", StateOf(*node)}};
    if (node->up) {
      json["ports_total"] = node->status.ports_total;
      json["ports_free"] = node->status.ports_free;
      json["sessions"] = sum.sessions;
      json["received_packets"] = sum.received;
      json["lost_packets"] = sum.lost;
      json["highest_jitter_ms"] = Rounded(sum.jitter_ms);
    }
    all.push_back(std::move(json));
  }
  return all;
}

std::string ToText(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace benari::control
