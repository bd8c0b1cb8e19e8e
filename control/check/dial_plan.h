#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "control/check/finding.h"

namespace benari::control {

// Looks in the extensions.conf at `path` for a line with Stasis(`app`,inbound…). None is a warning only: the
// line may be in a file that this one includes, or the dial plan in AEL, Lua or a database. Pure.
Finding OfDialPlan(const std::string& path, absl::string_view extensions_conf, const std::string& app);

}  // namespace benari::control
