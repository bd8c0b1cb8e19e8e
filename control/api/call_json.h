#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "common/http/message.h"
#include "control/record/call_history.h"

// Calls and errors as Twilio's REST API writes them: https://www.twilio.com/docs/voice/api/call-resource.
// Pure.
namespace benari::control::api {

// Twilio's word for how a call is, or how it ended; of the caller's side of it.
const char* StatusOf(const CallRecord& record);
bool IsStatus(const std::string& word);  // one of Twilio's

// Seconds since the answer, of a call that was answered and is over.
std::optional<std::string> DurationOf(const CallRecord& record);

std::string CallUri(const std::string& account_sid, const std::string& call_sid);
nlohmann::json CallJson(const CallRecord& record, const std::string& account_sid);
http::Reply JsonReply(const nlohmann::json& json);

// `code` is one of https://www.twilio.com/docs/api/errors.
http::Reply ErrorReply(int status, int code, const std::string& message);

}  // namespace benari::control::api
