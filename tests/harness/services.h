#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "tests/harness/child_process.h"

// The two real binaries on free ports, with their log lines read as JSON.
namespace benari::e2e {

// A log line: {"time", "level", "message", fields …} as common/log.h writes it. Pure.
struct LogLine {
  std::string json;

  // A field as text (numbers as JSON writes them); empty when there is none.
  std::string Field(const std::string& key) const;
  std::string message() const { return Field("message"); }
  // Every other field but time, level and call, as "key=value key=value".
  std::string OtherFields() const;
};

struct ServiceOptions {
  std::vector<std::string> extra_flags;
  std::vector<std::string> run_by;                  // such as {"taskset", "-c", "1"}
  std::string host = "127.0.0.1";                   // where it listens
  int network = -1;                                 // see Command
  uint16_t rtp_ports = 500;                         // of media
  std::string log_file;                             // empty: none
  std::function<void(const LogLine&)> on_log_line;  // called by the reading thread
};

// benari-media. Confined to the thread that created it.
class MediaProcess {
 public:
  // Waits until it serves.
  static absl::StatusOr<std::unique_ptr<MediaProcess>> Start(ServiceOptions options);

  // Starts it again with the same name and addresses after it has ended. Waits until it serves.
  absl::Status StartAgain();

  Endpoint grpc() const { return grpc_; }
  Endpoint metrics() const { return metrics_; }
  ChildProcess& process() { return *process_; }

 private:
  ServiceOptions options_;
  uint16_t first_rtp_port_ = 0;
  Endpoint grpc_;
  Endpoint metrics_;
  std::unique_ptr<ChildProcess> process_;
};

// The URL and credentials of Asterisk's REST interface for control.
struct AriAccess {
  std::string url;
  std::string user;
  std::string password_file;
};

// benari-control. Confined to the thread that created it.
class ControlProcess {
 public:
  // Waits until it serves: the application is registered and media is reachable.
  static absl::StatusOr<std::unique_ptr<ControlProcess>> Start(const AriAccess& ari, const Endpoint& media,
                                                               ServiceOptions options);

  Endpoint metrics() const { return metrics_; }
  ChildProcess& process() { return *process_; }

 private:
  Endpoint metrics_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace benari::e2e
