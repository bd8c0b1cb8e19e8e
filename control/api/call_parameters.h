#pragma once

#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/form.h"
#include "control/record/call_order.h"
#include "control/twiml/source.h"

// What requests to the Calls resource ask for. Errors are INVALID_ARGUMENT, one line that names the
// parameter, its value and what is accepted. Pure.
namespace benari::control::api {

// One of them.
struct CallUpdate {
  std::string status;                   // "completed" or "canceled"; "": it is not to be hung up
  std::optional<twiml::Source> source;  // of what it is to do from now on
};

absl::StatusOr<CallUpdate> ReadCallUpdate(const net::Form& form);

// What is told of a call while it goes on, and where.
struct StatusCallback {
  std::string url;  // "": nowhere
  twiml::Method method = twiml::Method::kPost;
  std::set<std::string> events;  // of kStatusEvents
};

inline constexpr const char* kStatusEvents[] = {"initiated", "ringing", "answered", "completed"};

// A new one.
struct CallCreation {
  CallOrder order;
  StatusCallback callback;
};

absl::StatusOr<CallCreation> ReadCallCreation(const net::Form& form);

}  // namespace benari::control::api
