#include "control/api/call_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace benari::control::api {

namespace {

using Json = nlohmann::json;

constexpr const char* kStatuses[] = {"queued", "ringing", "in-progress", "completed",
                                     "busy",   "failed",  "no-answer",   "canceled"};

std::string Rfc2822(Clock::WallTime time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", absl::FromChrono(time), absl::UTCTimeZone());
}

Clock::WallTime At(const CallRecord& record, Clock::Duration since_began) {
  return record.began_at + std::chrono::duration_cast<Clock::WallTime::duration>(since_began);
}

bool HasFailed(CallOutcome outcome) {
  return outcome == CallOutcome::kFailed || outcome == CallOutcome::kBotFailed ||
         outcome == CallOutcome::kNoMedia || outcome == CallOutcome::kRefused;
}

// Control has asked for it to be dialled, and has not heard of ringing yet.
bool IsQueued(const CallRecord& record) {
  const auto rings = [](const CallRecord::Phase& each) { return each.phase == CallPhase::kDialing; };
  return record.identity.direction == CallDirection::kOutbound &&
         std::none_of(record.phases.begin(), record.phases.end(), rings);
}

const char* StatusOfUnanswered(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kCompleted:  // only a hang-up over the API completes it
      return "canceled";
    case CallOutcome::kDestinationBusy:
      return "busy";
    case CallOutcome::kCallerHungUp:
    case CallOutcome::kDestinationNoAnswer:
    case CallOutcome::kContinued:
      return "no-answer";
    default:
      return "failed";
  }
}

}  // namespace

const char* StatusOf(const CallRecord& record) {
  if (!record.end.has_value() && !record.answered.has_value()) return IsQueued(record) ? "queued" : "ringing";
  if (!record.end.has_value()) return "in-progress";
  if (!record.answered.has_value()) return StatusOfUnanswered(record.end->outcome);
  return HasFailed(record.end->outcome) ? "failed" : "completed";
}

bool IsStatus(const std::string& word) {
  return std::find(std::begin(kStatuses), std::end(kStatuses), word) != std::end(kStatuses);
}

std::optional<std::string> DurationOf(const CallRecord& record) {
  if (!record.end.has_value() || !record.answered.has_value()) return std::nullopt;
  const auto duration = std::chrono::round<std::chrono::seconds>(record.end->at - *record.answered);
  return absl::StrCat(duration.count());
}

std::string CallUri(const std::string& account_sid, const std::string& call_sid) {
  return absl::StrCat("/2010-04-01/Accounts/", account_sid, "/Calls/", call_sid, ".json");
}

Json CallJson(const CallRecord& record, const std::string& account_sid) {
  const CallIdentity& identity = record.identity;
  const std::string began = Rfc2822(record.began_at);
  const Clock::Duration last = record.end.has_value() ? record.end->at : record.phases.back().at;
  Json json = {{"sid", identity.call_sid},
               {"account_sid", account_sid},
               {"api_version", "2010-04-01"},
               {"from", identity.caller},
               {"from_formatted", identity.caller},
               {"to", identity.called},
               {"to_formatted", identity.called},
               {"direction", ToString(identity.direction)},
               {"status", StatusOf(record)},
               {"date_created", began},
               {"date_updated", Rfc2822(At(record, last))},
               {"start_time", began},
               {"uri", CallUri(account_sid, identity.call_sid)}};
  json["end_time"] = json["duration"] = nullptr;
  if (record.end.has_value()) json["end_time"] = Rfc2822(At(record, record.end->at));
  if (const std::optional<std::string> duration = DurationOf(record)) json["duration"] = *duration;
  for (const char* unknown :
       {"annotation", "answered_by", "caller_name", "forwarded_from", "group_sid", "parent_call_sid",
        "phone_number_sid", "price", "price_unit", "queue_time", "trunk_sid"})
    json[unknown] = nullptr;
  json["subresource_uris"] = Json::object();
  return json;
}

http::Reply JsonReply(const Json& json) {
  http::Reply reply;
  reply.body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return reply;
}

http::Reply ErrorReply(int status, int code, const std::string& message) {
  const Json json = {{"code", code},
                     {"message", message},
                     {"more_info", absl::StrCat("https://www.twilio.com/docs/errors/", code)},
                     {"status", status}};
  http::Reply reply = JsonReply(json);
  reply.status = status;
  return reply;
}

}  // namespace benari::control::api
