#pragma once

namespace benari::control {

// Ends the process without destructors: gRPC's threads may still post to the loop, and calls that were not
// undone are to be adopted by the next instance.
[[noreturn]] void Leave(int code);

// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 until TakeSignals: from the start of the program, or from
// StartAnew, until their handlers are installed. Applies to the calling thread, and to those that it starts.
void HoldSignals();
void TakeSignals();

enum class StartMode {
  kServing,
  kStandby,
  kStandbyFenced,  // see Standby::Options
};

// Executes this program again in the same process, with the same flags except --standby and --fenced, which
// follow from `mode`. No call is undone; connections, listening sockets and threads end.
[[noreturn]] void StartAnew(char** argv, StartMode mode);

}  // namespace benari::control
