#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/harness/asterisk_server.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {

// A folder that Asterisk, in its root file system, and all others see under the same path.
class SharedFolder {
 public:
  SharedFolder() : folder_(AsteriskServer::Rootfs() + "/tmp", "benari-shared-"), path_(folder_.path()) {
    path_ = path_.substr(AsteriskServer::Rootfs().size());
    std::filesystem::create_symlink(folder_.path(), path_);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  }
  ~SharedFolder() { unlink(path_.c_str()); }
  SharedFolder(const SharedFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  const RunFolder folder_;
  std::string path_;
};

}  // namespace benari::e2e
