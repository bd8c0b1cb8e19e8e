#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/bot/echo_bot.h"
#include "tests/bench/media/figures.h"
#include "tests/bench/media/target.h"
#include "tests/harness/run_folder.h"

namespace benari::bench {

// What all figures are compared with.
inline constexpr char kBareBridge[] = "bare bridge";

// What calls and bots do. Pure.
struct BotProfile {
  enum class Kind { kEcho, kTls, kStalled, kInterrupted };

  Kind kind = Kind::kEcho;
  size_t calls = 0;

  std::string Name() const;
};

// An echo for each number of calls, and the others with the largest number that is no more than `at_most`.
std::vector<BotProfile> ProfilesFor(const std::vector<size_t>& calls, size_t at_most);

// Runs profiles on targets, which it starts: the bare bridge and benari-media with each engine. Confined to
// one thread.
class BotBench {
 public:
  // The targets run on one core, phones and bots on the other. Throws.
  BotBench(int server_core, int load_core, std::chrono::milliseconds measured);

  std::vector<std::string> targets() const;  // their names
  // False: the target is no match for the profile.
  bool Knows(size_t target, const BotProfile& profile) const;
  absl::Status Run(size_t round, size_t target, const BotProfile& profile, Results* results);

 private:
  TargetSpec SpecOf(size_t target, const BotProfile& profile) const;
  LoadResult RunLoad(Load* load, const LoadOptions& what) const;

  const int server_core_;
  const int load_core_;
  const std::chrono::milliseconds measured_;
  e2e::RunFolder folder_;
  EchoBot bot_;
  EchoBot tls_bot_;
  std::vector<TargetSpec> targets_;
};

}  // namespace benari::bench
