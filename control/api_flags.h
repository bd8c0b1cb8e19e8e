#pragma once

#include <string>
#include <vector>

#include "common/endpoint.h"
#include "common/flag_types.h"
#include "common/tls_files.h"
#include "control/api/account.h"

namespace benari::control {

// Where the REST API for bots is served, and to whom.
struct ApiConfig {
  Endpoint listen;  // without a host: nowhere
  api::Account account;
  TlsFiles tls;  // its certificate and key; both empty: no TLS
};

// Reads the flags --api_... and the files that they name. Adds each error to `errors`. Blocks.
ApiConfig ReadApiFlags(FlagErrors& errors);

// Returns the files that ReadApiFlags reads.
std::vector<std::string> ApiFiles();

}  // namespace benari::control
