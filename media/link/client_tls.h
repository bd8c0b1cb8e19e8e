#pragma once

#include <sys/stat.h>

#include <array>
#include <chrono>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "common/log_gate.h"
#include "common/mutex.h"
#include "common/net/remote.h"
#include "common/tls_files.h"

namespace benari::media {

// The TLS context of links, made anew for the next dial when one of its files has changed. Thread-safe.
class ClientTls {
 public:
  // INVALID_ARGUMENT names a file that cannot be used.
  static absl::StatusOr<std::shared_ptr<ClientTls>> Load(const TlsFiles& files);

  // Of the files as they are. If they cannot be used, such as between the writing of a certificate and of its
  // key: the one of before, and a line in the log, once a minute. Blocks for the disk.
  std::shared_ptr<boost::asio::ssl::context> Current() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Tells a file from what stood under its name before.
  struct Version {
    dev_t device = 0;
    ino_t number = 0;
    off_t bytes = 0;
    time_t seconds = 0;
    long nanoseconds = 0;

    bool operator==(const Version&) const = default;
  };
  using Versions = std::array<Version, 3>;

  explicit ClientTls(TlsFiles files) : files_(std::move(files)) {}
  static Version VersionOf(const std::string& path);
  Versions VersionsNow() const;

  const TlsFiles files_;
  Mutex mutex_;
  Versions versions_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<boost::asio::ssl::context> context_ ABSL_GUARDED_BY(mutex_);
  LogGate gate_ ABSL_GUARDED_BY(mutex_){std::chrono::seconds(60)};
};

}  // namespace benari::media
