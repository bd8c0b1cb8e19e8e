#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/harness/asterisk_server.h"
#include "tests/harness/process_view.h"
#include "tests/harness/services.h"
#include "tests/harness/sipp.h"

namespace benari::e2e {

// Many callers who hang up at random, of SIPp.
struct Load {
  std::string number;  // kBenari, kEcho
  double calls_per_s = 30;
  int calls = 0;
};
inline constexpr char kBenari[] = "3308487";
inline constexpr char kEcho[] = "echo";  // Asterisk's own Echo(): what the machine and SIPp can do at best

struct LoadResult {
  int calls = 0;
  int failed = 0;  // those that did not go as in the phone's scenario
  double control_cpu_s = 0;
  double media_cpu_s = 0;
  double asterisk_cpu_s = 0;
  std::string errors;  // what SIPp says about the failed ones
};

// What is left when every call has ended. Sockets and threads: more than after the first few calls.
struct Left {
  size_t channels = 0;
  size_t bridges = 0;
  size_t leases = 0;
  int ports = 0;           // RTP sockets of media
  int asterisk_ports = 0;  // UDP sockets of Asterisk
  int sockets = 0;
  int threads = 0;

  size_t sum() const {
    return channels + bridges + leases + static_cast<size_t>(ports + asterisk_ports + sockets + threads);
  }
  std::string ToString() const;  // "0 channels, 0 bridges …"
};

// A real Asterisk with a wide RTP range, the trunk's stand-in, media nodes and a control: all that the load
// goes through. Confined to the thread that made it.
class LoadStage {
 public:
  struct Options {
    int nodes = 1;
    std::string log_dir;  // empty: no logs
    std::vector<std::string> control_flags;
  };

  // Starts everything and places a few calls, so that what is opened once is open.
  static absl::StatusOr<std::unique_ptr<LoadStage>> Start(Options options);

  std::unique_ptr<Sipp> StartPhones(const Load& load);
  // To its end.
  LoadResult Run(const Load& load);
  // Waits for nothing to be left; what is left when the time is over.
  Left WaitUntilNothingIsLeft(std::chrono::milliseconds timeout);
  // How many calls control said had ended, by outcome.
  std::map<std::string, int> Outcomes() const;

  AsteriskServer& asterisk() { return *asterisk_; }
  ControlProcess& control() { return *control_; }
  MediaProcess& media(size_t node) { return *media_[node]; }
  // After it was killed: another one with the same flags.
  absl::Status StartControl();
  // Sockets and threads are compared with what is open now; before that they are not counted.
  void RememberHeld();

 private:
  explicit LoadStage(Options options) : options_(std::move(options)) {}
  absl::Status StartAsterisk();
  absl::Status StartMedia();
  Left Count() const;
  Held HeldByServices() const;
  std::string LogFile(const std::string& name) const;
  void OnControlLine(const LogLine& line);

  const Options options_;
  std::unique_ptr<AsteriskServer> asterisk_;
  std::unique_ptr<Sipp> trunk_;
  std::vector<std::unique_ptr<MediaProcess>> media_;
  std::unique_ptr<ControlProcess> control_;
  std::optional<Held> services_held_;
  Held asterisk_held_;
  mutable std::mutex mutex_;
  std::map<std::string, int> outcomes_;  // under mutex_
};

}  // namespace benari::e2e
