#pragma once

namespace benari {

// What gRPC says of itself goes to our log as debug lines, not to stderr in a form of its own. absl::Mutex,
// as Debian builds it, looks for deadlocks at each lock that gRPC takes: no more. Call it before anything of
// gRPC.
void SetUpGrpc();

}  // namespace benari
