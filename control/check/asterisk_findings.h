#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "control/ari/access.h"
#include "control/ari/client.h"
#include "control/ari/diagnostics.h"
#include "control/call/call_config.h"
#include "control/check/finding.h"

// What the answers of Asterisk say about its configuration. Pure.
namespace benari::control {

// Of a request that failed, with what to look at.
Finding OfAriFailure(const ari::Error& error, const ari::Access& access);

Findings OfVersion(absl::string_view version, const ari::Access& access);

// Modules that benari uses and that do not run; one line if all do.
Findings OfModules(const std::vector<ari::Module>& modules, const CallConfig& config);
bool IsRunning(const std::vector<ari::Module>& modules, absl::string_view name);

// `known`: Asterisk has an application of this name.
Finding OfApplication(absl::string_view app, bool known);

}  // namespace benari::control
