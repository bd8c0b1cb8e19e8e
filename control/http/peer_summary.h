#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/http/calls_json.h"

namespace benari::control {

// What a control tells the page of another control: GET /summary. Pure.
struct PeerSummary {
  std::string instance;  // of the process
  bool stands_by = false;
  std::shared_ptr<const Json> shown;  // what a page shows of it
};

// Reads an answer to GET /summary. Of what anybody may have sent, `shown` has the documented fields only,
// each of its type, and at most `most_calls` calls. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<PeerSummary> ParsePeerSummary(const std::string& text, size_t most_calls);

}  // namespace benari::control
