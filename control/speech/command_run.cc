#include "control/speech/command_run.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/shown.h"

namespace benari::control {

namespace asio = boost::asio;
using Error = boost::system::error_code;

namespace {

constexpr size_t kChunkBytes = 4096, kTailBytes = 1024, kMostShown = 200;
constexpr int kMostReads = (64 << 10) / kChunkBytes;  // what a pipe holds
// Who is killed has exited by then, unless it is another user's, or the kernel waits for a disk.
constexpr std::chrono::milliseconds kKillTime{1000};
constexpr int kDestroyMs = 50;  // the loop stands still meanwhile
constexpr const char* kEnvironment[] = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"};

std::vector<std::string> Environment() {
  std::vector<std::string> kept;
  for (const char* const name : kEnvironment) {
    if (const char* const value = std::getenv(name); value != nullptr)
      kept.push_back(absl::StrCat(name, "=", value));
  }
  return kept;
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the child has in place of what this process has: descriptors, signals, group.
class Surroundings {
 public:
  explicit Surroundings(int errors) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Surroundings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Surroundings(const Surroundings&) = delete;

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

absl::Status NotStarted(const std::string& program, int error) {
  return absl::UnavailableError(
      absl::StrCat(Shortened(program), " cannot be started: ", std::strerror(error)));
}

// After it a group has no process, but for what is about to end and what is another user's. nullopt: its
// status is not there, or not yet. Does not wait.
std::optional<int> KillAndReap(pid_t pid) {
  kill(-pid, SIGKILL);
  int status = 0;
  return waitpid(pid, &status, WNOHANG) == pid ? std::optional(status) : std::nullopt;
}

// Leaves no zombie, whenever it exits.
void ReapOnceExited(pid_t pid, asio::posix::stream_descriptor process) {
  const auto kept = std::make_shared<asio::posix::stream_descriptor>(std::move(process));
  kept->async_wait(asio::posix::stream_descriptor::wait_read, [kept, pid](const Error& error) {
    if (!error) KillAndReap(pid);
  });
}

}  // namespace

absl::StatusOr<std::shared_ptr<CommandRun>> CommandRun::Start(asio::any_io_executor executor,
                                                              std::vector<std::string> arguments,
                                                              std::chrono::milliseconds timeout,
                                                              OnEnd on_end) {
  int errors[2];
  if (pipe2(errors, O_CLOEXEC) != 0) return NotStarted(arguments.front(), errno);
  // Whoever started this process may have left it ignored: then the kernel keeps no status.
  std::signal(SIGCHLD, SIG_DFL);
  std::vector<std::string> environment = Environment();
  const Surroundings surroundings(errors[1]);
  pid_t pid = 0;
  const int failure =
      posix_spawnp(&pid, arguments.front().c_str(), surroundings.files(), surroundings.attributes(),
                   Pointers(arguments).data(), Pointers(environment).data());
  close(errors[1]);
  const int process = failure == 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) : -1;
  const int error = failure != 0 ? failure : errno;
  if (process < 0) {
    if (failure == 0) KillAndReap(pid);  // no descriptor is left: it may stay as a zombie
    close(errors[0]);
    return NotStarted(arguments.front(), error);
  }
  std::shared_ptr<CommandRun> run(
      new CommandRun(executor, pid, process, errors[0], timeout, std::move(on_end)));
  run->AwaitErrors();
  run->AwaitTimeout();
  run->AwaitExit();
  return run;
}

CommandRun::CommandRun(const asio::any_io_executor& executor, pid_t pid, int process, int errors,
                       std::chrono::milliseconds timeout, OnEnd on_end)
    : pid_(pid),
      process_(executor, process),
      errors_(executor, errors),
      timer_(executor),
      timeout_(timeout),
      on_end_(std::move(on_end)) {
  errors_.non_blocking(true);
}

// The next image of this process, if it begins anew, knows of no children.
CommandRun::~CommandRun() {
  if (ended_) return;
  kill(-pid_, SIGKILL);
  pollfd exited{process_.native_handle(), POLLIN, 0};
  poll(&exited, 1, kDestroyMs);
  if (!KillAndReap(pid_).has_value()) ReapOnceExited(pid_, std::move(process_));
}

void CommandRun::AwaitExit() {
  process_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [weak = weak_from_this()](const Error& error) {
                        if (const auto self = weak.lock(); self != nullptr && !error) self->OnExit();
                      });
}

void CommandRun::AwaitTimeout() {
  timer_.expires_after(timeout_);
  timer_.async_wait([weak = weak_from_this()](const Error& error) {
    const auto self = weak.lock();
    if (self == nullptr || error || self->ended_) return;
    self->timed_out_ = true;
    kill(-self->pid_, SIGKILL);  // and so it exits
    self->AwaitKilled();
  });
}

// Nobody waits for who does not exit even so.
void CommandRun::AwaitKilled() {
  timer_.expires_after(kKillTime);
  timer_.async_wait([weak = weak_from_this()](const Error& error) {
    const auto self = weak.lock();
    if (self == nullptr || error || self->ended_) return;
    self->process_.cancel();
    ReapOnceExited(self->pid_, std::move(self->process_));
    self->End(std::nullopt);
  });
}

void CommandRun::AwaitErrors() {
  errors_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [weak = weak_from_this()](const Error& error) {
                       const auto self = weak.lock();
                       if (self != nullptr && !error && self->ReadErrors()) self->AwaitErrors();
                     });
}

// Keeps the end of what was written. Returns false if there was nothing.
bool CommandRun::ReadErrors() {
  std::array<char, kChunkBytes> buffer;
  Error error;
  const size_t bytes = errors_.read_some(asio::buffer(buffer), error);
  tail_.append(buffer.data(), bytes);
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  return bytes > 0;
}

// Its id is its own, and that of its group, until it is reaped.
void CommandRun::OnExit() {
  if (ended_) return;
  timer_.cancel();
  End(KillAndReap(pid_));
}

// Somebody who has left the group may write on.
void CommandRun::End(std::optional<int> wait_status) {
  ended_ = true;
  for (int reads = 0; reads < kMostReads && ReadErrors(); ++reads) {
  }
  errors_.cancel();
  on_end_(StatusOf(wait_status));
}

absl::Status CommandRun::StatusOf(std::optional<int> wait_status) const {
  if (!timed_out_ && wait_status == 0) return absl::OkStatus();
  std::string how = "has exited, with a status that is not known";
  if (wait_status.has_value()) how = absl::StrCat("exited with ", WEXITSTATUS(*wait_status));
  if (wait_status.has_value() && WIFSIGNALED(*wait_status))
    how = absl::StrCat("was ended by signal ", WTERMSIG(*wait_status));
  if (timed_out_)
    how = absl::StrCat("was not done within ", timeout_.count(), " ms, and ",
                       wait_status.has_value() ? "was killed" : "cannot be killed");
  const std::string line = LastLine();
  return absl::UnavailableError(line.empty() ? how : absl::StrCat(how, ": ", line));
}

std::string CommandRun::LastLine() const {
  absl::string_view text = absl::StripTrailingAsciiWhitespace(tail_);
  const size_t end = text.rfind('\n');
  if (end != absl::string_view::npos) text.remove_prefix(end + 1);
  return absl::Utf8SafeCEscape(text.substr(0, kMostShown));
}

}  // namespace benari::control
