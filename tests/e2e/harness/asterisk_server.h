#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "tests/e2e/harness/child_process.h"
#include "tests/e2e/harness/run_folder.h"

namespace benari::e2e {

struct AsteriskOptions {
  Endpoint sip{"127.0.0.1", 0};  // port 0: a free one
  std::string log_file;          // of its console; empty: none
};

// A real Asterisk with the configuration of deploy/asterisk, on free ports, run by chroot from the folder
// that ./dev fills (needs root). Ended and its files removed when this object goes.
// Confined to the thread that made it.
class AsteriskServer {
 public:
  static constexpr char kUser[] = "benari";
  static constexpr char kApp[] = "voicebot1";

  // ${BENARI_ASTERISK_ROOTFS:-${XDG_CACHE_HOME:-~/.cache}/benari/asterisk-rootfs}
  static std::string Rootfs();
  // OK, or why no real Asterisk can be started here, and what to do about it.
  static absl::Status Available();
  // Starts one and waits until ARI answers.
  static absl::StatusOr<std::unique_ptr<AsteriskServer>> Start(AsteriskOptions options);

  Endpoint http() const { return http_; }
  std::string ari_url() const { return "http://" + http_.ToString() + "/ari"; }
  std::string password() const { return password_; }
  std::string password_file() const { return files_->File("ari_password"); }  // for --ari_password_file
  Endpoint sip() const { return sip_; }
  Endpoint trunk() const { return trunk_; }  // where the trunk's stand-in must listen
  std::string Version() const;

  absl::StatusOr<std::vector<std::string>> Channels() const;  // their names
  absl::StatusOr<std::vector<std::string>> Bridges() const;   // their ids
  // OK as soon as there is no channel and no bridge; else, when the time is over, names what is left.
  absl::Status WaitUntilEmpty(std::chrono::milliseconds timeout) const;
  // What it has logged last.
  std::string LastLines(size_t count) const { return process_->LastLines(count); }

 private:
  AsteriskServer() = default;
  absl::Status Launch(const AsteriskOptions& options);
  absl::StatusOr<std::string> Get(const std::string& path) const;
  absl::StatusOr<std::vector<std::string>> Listed(const std::string& path, const std::string& field) const;

  Endpoint http_;
  Endpoint sip_;
  Endpoint trunk_;
  std::string password_;
  std::unique_ptr<RunFolder> files_;
  std::unique_ptr<ChildProcess> process_;  // goes before its files
};

}  // namespace benari::e2e
