#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/net/form.h"
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

}  // namespace benari::control::api
