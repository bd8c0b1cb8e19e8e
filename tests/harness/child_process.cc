#include "tests/harness/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kMaxLines = 200'000;
constexpr milliseconds kReapInterval{5};
constexpr milliseconds kReadInterval{20};
constexpr int kPageBytes = 4096;  // the smallest pipe

std::vector<std::string> MergedEnvironment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (added.count(text.substr(0, text.find('='))) == 0) merged.push_back(text);
  }
  for (const auto& [key, value] : added) merged.push_back(key + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void RunChild(int output, const Command& command, char** argv, char** envp) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);  // what the parent blocks is no concern of the child's
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const char* folder = command.working_directory.c_str();
  if (folder[0] != '\0' && chdir(folder) != 0) _exit(126);
  if (command.network >= 0 && setns(command.network, CLONE_NEWNET) != 0) _exit(126);
  // Sockets of this process must not live on in the child: their ports would look taken, and never refuse.
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  execvpe(argv[0], argv, envp);
  dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

}  // namespace

ChildProcess::ChildProcess(Command command, std::function<void(const std::string&)> on_line)
    : name_(command.name), on_line_(std::move(on_line)) {
  Spawn(command);
}

ChildProcess::~ChildProcess() {
  if (!Reap(false)) {
    kill(-pid_, SIGKILL);
    Reap(true);
  }
  ReadOutputAgain();
  reader_.join();
}

void ChildProcess::Spawn(const Command& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(name_ + ": pipe: " + strerror(errno));
  std::vector<std::string> argv = command.argv;
  std::vector<std::string> environment = MergedEnvironment(command.environment);
  std::vector<char*> argv_pointers = Pointers(argv);
  std::vector<char*> environment_pointers = Pointers(environment);
  pid_ = fork();
  if (pid_ == 0) RunChild(ends[1], command, argv_pointers.data(), environment_pointers.data());
  close(ends[1]);
  if (pid_ < 0) {
    close(ends[0]);
    throw std::runtime_error(name_ + ": fork: " + strerror(errno));
  }
  setpgid(pid_, pid_);  // also here, so that it holds before the child runs
  output_ = ends[0];
  reader_ = std::thread([this, fd = ends[0], log = command.log_file] { ReadLines(fd, log); });
}

void ChildProcess::ReadLines(int fd, std::string log_file) {
  FILE* log = log_file.empty() ? nullptr : fopen(log_file.c_str(), "a");
  const auto keep = [&](std::string line) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    if (log != nullptr) {
      fprintf(log, "%s\n", line.c_str());
      fflush(log);
    }
    if (on_line_) on_line_(line);
    AddLine(std::move(line));
  };
  std::string unread;
  char buffer[kPageBytes];
  while (WaitForOutput(fd)) {
    const ssize_t length = read(fd, buffer, sizeof(buffer));
    if (length <= 0) break;
    unread.append(buffer, static_cast<size_t>(length));
    for (size_t end; (end = unread.find('\n')) != std::string::npos;) {
      keep(unread.substr(0, end));
      unread.erase(0, end + 1);
    }
  }
  if (!unread.empty()) keep(std::move(unread));
  close(fd);
  if (log != nullptr) fclose(log);
  std::lock_guard lock(mutex_);
  output_ended_ = true;
  changed_.notify_all();
}

bool ChildProcess::WaitForOutput(int fd) {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reading_ != Reading::kHeld; });
    if (reading_ == Reading::kOver) return false;
    lock.unlock();
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(kReadInterval.count())) > 0) return true;
  }
}

void ChildProcess::SetReading(Reading reading) {
  std::lock_guard lock(mutex_);
  if (reading_ != Reading::kOver) reading_ = reading;
  changed_.notify_all();
}

void ChildProcess::LeaveOutputUnread() {
  SetReading(Reading::kHeld);
  fcntl(output_, F_SETPIPE_SZ, kPageBytes);
}

void ChildProcess::ReadOutputAgain() { SetReading(Reading::kOn); }

void ChildProcess::CloseOutput() {
  SetReading(Reading::kOver);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return output_ended_; });
}

void ChildProcess::AddLine(std::string line) {
  std::lock_guard lock(mutex_);
  if (lines_.size() < kMaxLines) lines_.push_back(std::move(line));
  changed_.notify_all();
}

bool ChildProcess::Reap(bool block) {
  std::lock_guard lock(mutex_);
  if (exit_code_) return true;
  int status = 0;
  if (waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return false;
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

bool ChildProcess::Running() { return !Reap(false); }

void ChildProcess::Signal(int signal_number) {
  if (Running()) kill(pid_, signal_number);
}

std::optional<std::string> ChildProcess::WaitForLine(const Predicate& fits, milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  std::unique_lock lock(mutex_);
  for (size_t next = 0;;) {
    for (; next < lines_.size(); ++next) {
      if (fits(lines_[next])) return lines_[next];
    }
    if (output_ended_) return std::nullopt;
    if (changed_.wait_until(lock, deadline) == std::cv_status::timeout && next == lines_.size()) {
      return std::nullopt;
    }
  }
}

std::optional<int> ChildProcess::WaitForExit(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (!Reap(false)) {
    if (steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kReapInterval);
  }
  std::unique_lock lock(mutex_);
  // What it printed last is still on its way through the pipe; a grandchild may hold the pipe open.
  changed_.wait_until(lock, steady_clock::now() + std::chrono::seconds(1), [this] { return output_ended_; });
  return exit_code_;
}

int ChildProcess::Stop(milliseconds grace) {
  Signal(SIGTERM);
  if (const auto code = WaitForExit(grace)) return *code;
  kill(-pid_, SIGKILL);
  Reap(true);
  return 128 + SIGKILL;
}

std::vector<std::string> ChildProcess::Lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

std::string ChildProcess::LastLines(size_t count) const {
  std::lock_guard lock(mutex_);
  std::string text;
  for (size_t i = lines_.size() > count ? lines_.size() - count : 0; i < lines_.size(); ++i) {
    text += "  " + name_ + ": " + lines_[i] + "\n";
  }
  return text;
}

}  // namespace benari::e2e
