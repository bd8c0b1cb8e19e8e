#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/endpoint.h"

// The real binary; its path is MEDIA_BINARY.
namespace benari::media {

constexpr std::chrono::seconds kReadPatience{30};

// A run of benari-media, killed at its end if it still runs. Confined to one thread.
class Process {
 public:
  explicit Process(std::vector<std::string> flags) {
    int out[2];
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    out_ = out[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
    flags.insert(flags.begin(), MEDIA_BINARY);
    std::vector<char*> argv;
    for (std::string& flag : flags) argv.push_back(flag.data());
    argv.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, MEDIA_BINARY, &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
  }

  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_);
  }

  void Signal(int signal) { kill(pid_, signal); }

  // SIGSTOP, and waits until every thread stands.
  void Stop() {
    Signal(SIGSTOP);
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, WUNTRACED), pid_);
    EXPECT_TRUE(WIFSTOPPED(status));
  }

  // Reads on until a line has `text`; that line, or what came instead.
  std::string ReadLine(const std::string& text) {
    while (true) {
      for (size_t end; (end = unread_.find('\n')) != std::string::npos;) {
        const std::string line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        if (line.find(text) != std::string::npos) return line;
      }
      if (!ReadMore()) {
        ADD_FAILURE() << "no line with " << text << " in:\n" << all_;
        return "{}";
      }
    }
  }

  // Waits for the end; the exit code, or -1.
  int Wait() {
    while (ReadMore()) {
    }
    int status = 0;
    if (waitpid(pid_, &status, 0) != std::exchange(pid_, -1)) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  const std::string& output() const { return all_; }

 private:
  bool ReadMore() {
    pollfd ready = {.fd = out_, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(kReadPatience).count())) != 1)
      return false;
    char buffer[4096];
    const ssize_t size = read(out_, buffer, sizeof buffer);
    if (size <= 0) return false;
    unread_.append(buffer, static_cast<size_t>(size));
    all_.append(buffer, static_cast<size_t>(size));
    return true;
  }

  pid_t pid_ = -1;
  int out_ = -1;
  std::string unread_;
  std::string all_;
};

// A node that serves on ports of the kernel's choice.
class ServingProcess : public Process {
 public:
  explicit ServingProcess(std::vector<std::string> more_flags = {})
      : Process([&] {
          std::vector<std::string> flags = {"--grpc_listen=127.0.0.1:0", "--metrics_listen=127.0.0.1:0",
                                            "--log_format=json"};
          flags.insert(flags.end(), more_flags.begin(), more_flags.end());
          return flags;
        }()),
        serving_(nlohmann::json::parse(ReadLine("\"serving\""))) {}

  Endpoint metrics() const { return ParseEndpoint(serving_["metrics"].get<std::string>()).value(); }
  Endpoint grpc() const { return ParseEndpoint(serving_["grpc"].get<std::string>()).value(); }
  const nlohmann::json& serving() const { return serving_; }

 private:
  const nlohmann::json serving_;
};

// The exit code of a run that ends by itself, and what it printed.
inline std::pair<int, std::string> RunToEnd(std::vector<std::string> flags) {
  Process process(std::move(flags));
  const int code = process.Wait();
  return {code, process.output()};
}

}  // namespace benari::media
