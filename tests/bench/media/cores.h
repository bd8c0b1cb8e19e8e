#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/media/load.h"

// Who runs where: the server and the load each alone on a core, everything else elsewhere if there is an
// elsewhere.
namespace benari::bench {

std::vector<int> AllowedCores();  // of the calling thread, in order

// The calling thread, and those that it starts. INVALID_ARGUMENT: none of the cores may be used.
absl::Status RunOn(const std::vector<int>& cores);

// Before others on the core, as far as the system allows it: a load that waits busily by niceness, since the
// real-time classes pause who never sleeps; one that sleeps in a real-time class. Of the calling thread.
void GoBeforeOthers(Waiting waiting);

// What runs a command line on one core, before others if the system allows it; nothing without a core.
std::vector<std::string> RunCommandOn(std::optional<int> core);

// The machine in one line, for a report: processor, cores, kernel, and what was running before.
std::string DescribeMachine();

}  // namespace benari::bench
