#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace benari::e2e {

// Reads the state of an Asterisk over ARI; each request blocks until it is answered. Thread-safe.
class AriView {
 public:
  AriView(Endpoint server, std::string user, std::string password);

  Endpoint server() const { return server_; }
  absl::StatusOr<std::string> Version() const;
  absl::StatusOr<std::vector<std::string>> Channels() const;  // their names
  absl::StatusOr<std::vector<std::string>> Bridges() const;   // their ids
  // Waits until there is no channel and no bridge. After the timeout the error names what is left.
  absl::Status WaitUntilEmpty(std::chrono::milliseconds timeout) const;

 private:
  absl::StatusOr<std::string> Get(const std::string& path) const;
  absl::StatusOr<std::vector<std::string>> Listed(const std::string& path, const std::string& field) const;

  const Endpoint server_;
  const std::string user_;
  const std::string password_;
};

}  // namespace benari::e2e
