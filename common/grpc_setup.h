#pragma once

namespace benari {

// Redirects gRPC's own log from stderr to ours, as debug lines.
// Also switches off the deadlock detection that Debian's build of absl::Mutex does at each lock of gRPC.
// To be called before any other function of gRPC.
void SetUpGrpc();

}  // namespace benari
