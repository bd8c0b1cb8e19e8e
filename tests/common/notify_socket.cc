#include "tests/common/notify_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace benari {

namespace {
constexpr std::chrono::seconds kPatience{60};
}

NotifySocket::NotifySocket()
    : path_(absl::StrCat(::testing::TempDir(), "notify_", getpid())),
      socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  unlink(path_.c_str());
  EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path_;
  setenv("NOTIFY_SOCKET", path_.c_str(), /*overwrite=*/1);
  reader_ = std::thread([this] { Read(); });
}

NotifySocket::~NotifySocket() {
  unsetenv("NOTIFY_SOCKET");
  shutdown(socket_, SHUT_RD);
  reader_.join();
  close(socket_);
  unlink(path_.c_str());
}

void NotifySocket::Read() {
  char buffer[4096];
  for (ssize_t size; (size = recv(socket_, buffer, sizeof buffer, 0)) > 0;) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const absl::string_view line :
         absl::StrSplit(absl::string_view(buffer, static_cast<size_t>(size)), '\n', absl::SkipEmpty())) {
      assignments_.emplace_back(line);
    }
    changed_.notify_all();
  }
}

bool NotifySocket::WaitFor(const std::string& text, size_t* position) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    while (*position < assignments_.size()) {
      if (absl::StartsWith(assignments_[(*position)++], text)) return true;
    }
    if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) return false;
  }
}

std::vector<std::string> NotifySocket::Assignments() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return assignments_;
}

}  // namespace benari
