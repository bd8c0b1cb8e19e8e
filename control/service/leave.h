#pragma once

namespace benari::control {

// Ends the process with everything as it is: gRPC's threads may still post to the loop, and calls that were
// not undone are meant to be adopted by the next instance.
[[noreturn]] void Leave(int code);

// SIGTERM, SIGINT and SIGHUP wait, until TakeSignals: from the start of the program, or of StartAnew, to
// where somebody listens for them. Of the calling thread, and of those that it starts.
void HoldSignals();
void TakeSignals();

enum class StartMode {
  kServing,
  kStandby,
  kStandbyFenced,  // see Standby::Options
};

// Starts this very program anew in the same process, with the flags it had but for --standby and --fenced.
// Nothing is undone; connections, listening sockets and threads go.
[[noreturn]] void StartAnew(char** argv, StartMode mode);

}  // namespace benari::control
