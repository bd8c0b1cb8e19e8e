#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/tls_files.h"

namespace benari::control {

// Explains gRPC's message about a failed connection to the operator: " (which flag to check)", or nothing
// where the message needs no explanation. `ours` are the flags of this control. Pure.
std::string MediaTlsHint(absl::string_view grpc_words, const TlsFiles& ours);

}  // namespace benari::control
