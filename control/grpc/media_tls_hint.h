#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/tls_files.h"

namespace benari::control {

// What gRPC's words about a connection that failed mean for whoever set the flags: " (which one to look at)",
// or nothing where they need no explanation. `ours` is what control was started with. Pure.
std::string MediaTlsHint(absl::string_view grpc_words, const TlsFiles& ours);

}  // namespace benari::control
