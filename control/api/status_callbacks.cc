#include "control/api/status_callbacks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "control/api/call_json.h"
#include "control/webhook/call_form.h"

namespace benari::control::api {

namespace {

// The word of StatusCallbackEvent.
std::string EventOf(const CallRecord& record, const std::string& status) {
  if (record.end.has_value()) return "completed";
  if (status == "queued") return "initiated";
  return status == "in-progress" ? "answered" : status;
}

}  // namespace

void StatusCallbacks::Add(const CallRecord& record, const StatusCallback& callback) {
  if (callback.url.empty()) return;
  Callback& added = callbacks_[record.identity.call_id];
  added.asked = callback;
  Report(record, added);
}

void StatusCallbacks::OnChange(const CallRecord& record) {
  const auto found = callbacks_.find(record.identity.call_id);
  if (found == callbacks_.end()) return;
  Report(record, found->second);
  if (record.end.has_value()) callbacks_.erase(found);
}

void StatusCallbacks::Report(const CallRecord& record, Callback& callback) {
  std::string status = StatusOf(record);
  const std::string event = EventOf(record, status);
  if (status == "queued") status = "initiated";  // as Twilio's reports call it
  if (std::exchange(callback.status, status) == status || !callback.asked.events.contains(event)) return;
  const CallIdentity& identity = record.identity;
  net::Form form =
      CallForm(identity.call_sid, identity.caller, identity.called, ToString(identity.direction), status);
  form.emplace_back("CallbackSource", "call-progress-events");
  form.emplace_back("SequenceNumber", absl::StrCat(callback.sequence++));
  if (record.end.has_value()) form.emplace_back("CallDuration", DurationOf(record).value_or("0"));
  webhooks_.Notify({callback.asked.url, callback.asked.method, std::move(form)});
}

}  // namespace benari::control::api
