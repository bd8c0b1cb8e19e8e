#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/tls_files.h"

namespace benari::media {

// Reads the files of TLS once a second, as gRPC does, and reports when clients begin or cease to be refused
// because of them: a key of another certificate, an expired certificate, one of another CA. Thread-safe.
class TlsWatch {
 public:
  // Calls `on_change` from a thread of its own, with what is wrong (nothing: all is well again). The files
  // were right at the start. Two readings in a row decide, since a file may be written while it is read.
  TlsWatch(TlsFiles files, const Clock& clock, std::function<void(std::vector<std::string>)> on_change);
  ~TlsWatch();

 private:
  void Run();
  bool WaitForNextReading() ABSL_LOCKS_EXCLUDED(mutex_);

  const TlsFiles files_;
  const Clock& clock_;
  const std::function<void(std::vector<std::string>)> on_change_;
  Mutex mutex_;
  CondVar changed_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace benari::media
