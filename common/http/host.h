#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace benari::http {

// Returns true if a request with this Host header may be answered: an IP address, a name without a dot or of
// an unregistrable domain, one of `names`, or none (no browser). Any other name could be made to resolve to
// this server (DNS rebinding). Pure.
bool MayAnswerHost(absl::string_view host_header, const std::vector<std::string>& names);

}  // namespace benari::http
