#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/harness/process_use.h"
#include "tests/e2e/load/load_stage.h"

namespace benari::e2e {

struct SoakOptions {
  std::chrono::seconds duration{600};
  double calls_per_s = 10;
  uint64_t seed = 1;
  // Between two kills, drawn.
  std::chrono::milliseconds min_pause{3000};
  std::chrono::milliseconds max_pause{15000};
  std::string log_dir;  // empty: no logs
  // Waits; true: end early.
  std::function<bool(std::chrono::milliseconds)> wait;
  std::function<void(const std::string&)> say;  // a line for people
};

// A process from when it was warm to the end.
struct SoakMemory {
  std::string name;
  ProcessUse start;
  ProcessUse end;

  bool flat() const;
};

struct SoakReport {
  int control_kills = 0;
  int media_kills = 0;
  int calls = 0;
  int failed = 0;  // as the phones saw it: hung up on, or no answer
  std::map<std::string, int> outcomes;
  std::vector<SoakMemory> memory;
  Left left;
  std::string not_ended;  // why the phones had to be killed, whose calls are left then; empty: they ended
  std::string ended_by_itself;  // names the process that was not killed, and ended; empty: none

  bool ok() const;
};

// Calls for a long time, while control and one of two media nodes are killed at random moments and started
// again; during the second half nobody is killed, so that memory can be compared. The other node is never
// killed. Throws when a part does not start. Confined to the thread that made it.
class Soak {
 public:
  explicit Soak(SoakOptions options);
  SoakReport Run();

 private:
  using Time = std::chrono::steady_clock::time_point;

  // False: to be ended early.
  bool KillUntil(Time end);
  bool WaitUntil(Time end);
  void KillControl();
  void KillMedia();
  SoakMemory Begin(const std::string& name, pid_t pid) const { return {name, UseOf(pid), {}}; }
  void Finish(Sipp& phones);

  const SoakOptions options_;
  std::mt19937_64 random_;
  std::unique_ptr<LoadStage> stage_;
  SoakReport report_;
};

}  // namespace benari::e2e
