#include "control/api/calls_resource.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/shown.h"
#include "control/api/call_json.h"
#include "control/api/call_parameters.h"

namespace benari::control::api {

namespace {

constexpr int kBadParameter = 20001;
constexpr int kNotFound = 20404;
constexpr int kNoRoom = 20429;
constexpr int kNotReady = 20503;
constexpr int kWrongState = 21220;

http::Reply BadParameter(const std::string& message) { return ErrorReply(400, kBadParameter, message); }

http::Reply NotFound(const std::string& path) {
  return ErrorReply(404, kNotFound, absl::StrCat("The requested resource ", Shown(path), " was not found"));
}

struct ListQuery {
  std::optional<std::string> status, to, from;
  size_t page_size = 50;
  size_t page = 0;

  bool Matches(const CallRecord& record) const {
    return (!status.has_value() || *status == StatusOf(record)) &&
           (!to.has_value() || *to == record.identity.called) &&
           (!from.has_value() || *from == record.identity.caller);
  }
};

// nullopt: it is in `query` now; else what is wrong with it.
std::optional<std::string> ReadParameter(const std::string& name, const std::string& value,
                                         ListQuery* query) {
  if (name == "Status") {
    if (!IsStatus(value)) return absl::StrCat("Status is ", Shown(value), ", accepted is a status of calls");
    query->status = value;
  } else if (name == "To") {
    query->to = value;
  } else if (name == "From") {
    query->from = value;
  } else if (name == "PageSize") {
    if (!absl::SimpleAtoi(value, &query->page_size) || query->page_size < 1 || query->page_size > 1000)
      return absl::StrCat("PageSize is ", Shown(value), ", accepted is 1..1000");
  } else if (name == "Page") {
    if (!absl::SimpleAtoi(value, &query->page) || query->page > 1000000)
      return absl::StrCat("Page is ", Shown(value), ", accepted is 0..1000000");
  } else {
    return absl::StrCat("the parameter ", Shown(name),
                        " is not supported, accepted are Status, To, From, PageSize and Page");
  }
  return std::nullopt;
}

std::string PageUri(const std::string& account_sid, const net::Form& parameters, size_t page) {
  net::Form form;
  for (const auto& parameter : parameters) {
    if (parameter.first != "Page") form.push_back(parameter);
  }
  form.emplace_back("Page", absl::StrCat(page));
  return absl::StrCat("/2010-04-01/Accounts/", account_sid, "/Calls.json?", net::EncodeForm(form));
}

bool IsForm(const std::string& content_type) {
  return absl::StartsWithIgnoreCase(content_type, "application/x-www-form-urlencoded");
}

http::Reply NoForm(const std::string& content_type) {
  return BadParameter(absl::StrCat("the Content-Type is ", Shown(content_type),
                                   ", accepted is application/x-www-form-urlencoded"));
}

}  // namespace

http::Reply CallsResource::Answer(const http::Request& request) const {
  const std::string account = absl::StrCat("/2010-04-01/Accounts/", account_sid_);
  absl::string_view rest = request.path;
  if (!absl::ConsumePrefix(&rest, account)) return NotFound(request.path);
  const bool all = rest == "/Calls.json";
  const bool one = absl::ConsumePrefix(&rest, "/Calls/") && absl::ConsumeSuffix(&rest, ".json");
  if (!all && !one) return NotFound(request.path);
  if (!port_.knows_calls()) {
    return ErrorReply(503, kNotReady, "the calls of an earlier process are not known yet, try again soon");
  }
  const bool post = request.method == "POST";
  if (all && post) return Create(request);
  if (all) return List(request.query);
  const CallHistory::Record record = Find(std::string(rest));
  if (record == nullptr) return NotFound(request.path);
  return post ? Update(*record, request) : JsonReply(CallJson(*record, account_sid_));
}

CallHistory::Record CallsResource::Find(const std::string& call_sid) const {
  for (const auto& [id, record] : port_.history.now()) {
    if (record->identity.call_sid == call_sid) return record;
  }
  const auto& ended = port_.history.ended();
  const auto found = std::find_if(ended.rbegin(), ended.rend(), [&call_sid](const auto& record) {
    return record->identity.call_sid == call_sid;
  });
  return found == ended.rend() ? nullptr : *found;
}

http::Reply CallsResource::List(const std::string& query_text) const {
  const net::Form parameters = net::ParseForm(query_text);
  ListQuery query;
  for (const auto& [name, value] : parameters) {
    const std::optional<std::string> wrong = ReadParameter(name, value, &query);
    if (wrong.has_value()) return BadParameter(*wrong);
  }
  std::vector<const CallRecord*> matching;
  const auto look = [&](const CallRecord& record) {
    if (query.Matches(record)) matching.push_back(&record);
  };
  for (const auto& [id, record] : port_.history.now()) look(*record);
  for (const auto& record : port_.history.ended()) look(*record);
  std::stable_sort(matching.begin(), matching.end(),
                   [](const CallRecord* a, const CallRecord* b) { return a->began > b->began; });
  const size_t begin = std::min(query.page * query.page_size, matching.size());
  const size_t end = std::min(begin + query.page_size, matching.size());
  nlohmann::json calls = nlohmann::json::array();
  for (size_t i = begin; i < end; ++i) calls.push_back(CallJson(*matching[i], account_sid_));
  nlohmann::json list = {{"calls", std::move(calls)},
                         {"page", query.page},
                         {"page_size", query.page_size},
                         {"start", begin},
                         {"end", end > begin ? end - 1 : begin},
                         {"uri", PageUri(account_sid_, parameters, query.page)},
                         {"first_page_uri", PageUri(account_sid_, parameters, 0)}};
  list["next_page_uri"] = list["previous_page_uri"] = nullptr;
  if (end < matching.size()) list["next_page_uri"] = PageUri(account_sid_, parameters, query.page + 1);
  if (query.page > 0) list["previous_page_uri"] = PageUri(account_sid_, parameters, query.page - 1);
  return JsonReply(list);
}

http::Reply CallsResource::Create(const http::Request& request) const {
  if (!IsForm(request.content_type)) return NoForm(request.content_type);
  absl::StatusOr<CallCreation> creation = ReadCallCreation(net::ParseForm(request.body));
  if (!creation.ok()) return BadParameter(std::string(creation.status().message()));
  const absl::StatusOr<std::string> call_id = port_.dial_out(std::move(creation->order));
  if (!call_id.ok()) {
    const std::string why(call_id.status().message());
    if (absl::IsResourceExhausted(call_id.status())) return ErrorReply(429, kNoRoom, why);
    if (absl::IsUnavailable(call_id.status())) return ErrorReply(503, kNotReady, why);
    return BadParameter(absl::IsOutOfRange(call_id.status()) ? why : "To: " + why);
  }
  const CallHistory::Record record = port_.history.Find(*call_id);
  port_.report(*record, creation->callback);
  http::Reply reply = JsonReply(CallJson(*record, account_sid_));
  reply.status = 201;
  return reply;
}

http::Reply CallsResource::Update(const CallRecord& record, const http::Request& request) const {
  if (!IsForm(request.content_type)) return NoForm(request.content_type);
  absl::StatusOr<CallUpdate> update = ReadCallUpdate(net::ParseForm(request.body));
  if (!update.ok()) return BadParameter(std::string(update.status().message()));
  if (!update->source.has_value()) return HangUp(record, update->status);
  const bool redirected =
      !record.end.has_value() && port_.redirect(record.identity.call_id, *std::move(update->source));
  if (redirected) return JsonReply(CallJson(record, account_sid_));
  return ErrorReply(400, kWrongState,
                    absl::StrCat("the call is ", record.end.has_value() ? StatusOf(record) : "ending",
                                 ": only one that goes on can be redirected"));
}

// Of a call that is over, `completed` asks for what is so already: who hangs up as the caller does, too, gets
// no error.
http::Reply CallsResource::HangUp(const CallRecord& record, const std::string& status) const {
  const std::string now = StatusOf(record);
  if (status == "canceled" && now != "ringing" && now != "queued") {
    return ErrorReply(400, kWrongState,
                      absl::StrCat("the call is ", now,
                                   ": only one that rings can be canceled; completed "
                                   "ends one that is in progress"));
  }
  if (!record.end.has_value()) port_.hang_up(record.identity.call_id);
  return JsonReply(CallJson(record, account_sid_));
}

}  // namespace benari::control::api
