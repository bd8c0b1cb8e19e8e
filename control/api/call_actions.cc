#include "control/api/call_actions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/shown.h"
#include "control/api/call_json.h"

namespace benari::control::api {

namespace {

using Json = nlohmann::json;

constexpr size_t kMostDigits = 64;

http::Reply Refuse(int status, const std::string& what) { return ErrorReply(status, 20000 + status, what); }

bool AreDigits(const std::string& text) {
  return !text.empty() && text.size() <= kMostDigits && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::StrContains("0123456789*#ABCD", c);
  });
}

// The text of the only member; INVALID_ARGUMENT: it is none.
absl::StatusOr<std::string> ReadText(const std::string& body, const char* member) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const bool good = json.is_object() && json.size() == 1 && json.contains(member) && json[member].is_string();
  if (good) return json[member].get<std::string>();
  return absl::InvalidArgumentError(
      absl::StrCat("the body is ", Shown(body), ", accepted is {\"", member, "\": \"...\"}"));
}

}  // namespace

http::Reply CallActions::Answer(const http::Request& request) const {
  const std::string rest = request.path.substr(std::string(kPath).size());
  const size_t slash = rest.rfind('/');
  const std::string action = slash == std::string::npos ? "" : rest.substr(slash + 1);
  if (action != "hangup" && action != "transfer" && action != "digits")
    return Refuse(404, absl::StrCat(Shown(request.path),
                                    " was not found, accepted are /calls/{id}/hangup, "
                                    "/transfer and /digits"));
  if (request.method != "POST") return Refuse(405, "accepted is POST");
  if (!port_.knows_calls())
    return Refuse(503, "the calls of an earlier process are not known yet, try again soon");
  const CallHistory::Record record = Find(rest.substr(0, slash));
  if (record == nullptr)
    return Refuse(404, absl::StrCat("no call ", Shown(rest.substr(0, slash)), " goes on"));
  return Act(*record, action, request.body);
}

CallHistory::Record CallActions::Find(const std::string& id) const {
  for (const auto& [call_id, record] : port_.history.now()) {
    if (call_id == id || record->identity.call_sid == id) return record;
  }
  return nullptr;
}

http::Reply CallActions::Act(const CallRecord& record, const std::string& action,
                             const std::string& body) const {
  const std::string& call_id = record.identity.call_id;
  const http::Reply over = Refuse(404, absl::StrCat("call ", Shown(call_id), " is over"));
  if (action == "hangup") {
    if (!port_.hang_up(call_id)) return over;
    return JsonReply(CallJson(record, account_sid_));
  }
  const absl::StatusOr<std::string> text = ReadText(body, action == "transfer" ? "to" : "digits");
  if (!text.ok()) return Refuse(400, std::string(text.status().message()));
  if (action == "transfer") {
    const absl::Status status = port_.transfer(call_id, *text);
    if (absl::IsNotFound(status)) return over;
    if (!status.ok()) return Refuse(400, std::string(status.message()));
  } else {
    if (!AreDigits(*text))
      return Refuse(400, absl::StrCat("digits is ", Shown(*text), ", accepted are 1..", kMostDigits,
                                      " of 0-9 * # A-D"));
    if (!port_.send_digits(call_id, *text)) return over;
  }
  return JsonReply(CallJson(record, account_sid_));
}

}  // namespace benari::control::api
