#pragma once

#include "absl/status/statusor.h"
#include "common/http/server.h"
#include "common/tls_files.h"

namespace benari::http {

// Creates a server's TLS context, of TLS 1.2 or later, with the certificate and key of `files`.
// INVALID_ARGUMENT names the file and what is accepted. Blocks.
absl::StatusOr<TlsContext> MakeTlsContext(const TlsFiles& files);

}  // namespace benari::http
