#pragma once

namespace benari {

// What gRPC says of itself goes to our log as debug lines, not to stderr in a form of its own. Call it before
// anything of gRPC.
void LogGrpcAtDebug();

}  // namespace benari
