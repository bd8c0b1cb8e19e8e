#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace benari::http {

// Whether a request with this Host header may be answered. No page of the Internet can have a browser send an
// IP address, a name without a dot, or one of a domain that nobody can own there; any other name could be
// pointed at us (DNS rebinding), and has to be one of `names`. Without the header nobody is protected. Pure.
bool MayAnswerHost(absl::string_view host_header, const std::vector<std::string>& names);

}  // namespace benari::http
