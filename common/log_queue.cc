#include "common/log_queue.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <thread>
#include <utility>

namespace benari {

namespace {

constexpr std::chrono::hours kLongWait{1};

uint64_t CountLines(absl::string_view text) { return std::count(text.begin(), text.end(), '\n'); }

// Returns as many whole lines as a pipe accepts atomically beside other writers, or one longer line.
size_t NextPiece(absl::string_view text) {
  if (text.size() <= PIPE_BUF) return text.size();
  const size_t last = text.rfind('\n', PIPE_BUF - 1);
  return last != absl::string_view::npos ? last + 1 : std::min(text.find('\n'), text.size() - 1) + 1;
}

}  // namespace

LogQueue::LogQueue(int fd, size_t max_bytes, DroppedLine dropped_line)
    : fd_(fd), max_bytes_(max_bytes), dropped_line_(std::move(dropped_line)) {
  // The writing thread handles no signals, and a pipe without a reader is an error like any other.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([this] { Run(); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LogQueue::Push(absl::string_view line) {
  MutexLock lock(&mutex_);
  // After a gap no line is accepted until those before it are being written, so that the gap is reported in
  // its place.
  if (waiting_.dropped_after > 0 || waiting_.text.size() + line.size() > max_bytes_) {
    ++waiting_.dropped_after;
    ++dropped_;
  } else {
    waiting_.text.append(line.data(), line.size());
  }
  changed_.NotifyAll();
}

bool LogQueue::Flush(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  MutexLock lock(&mutex_);
  while (writing_ || !waiting_.text.empty() || waiting_.dropped_after > 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    changed_.WaitUntil(&mutex_, deadline);
  }
  return true;
}

uint64_t LogQueue::dropped() const {
  MutexLock lock(&mutex_);
  return dropped_;
}

LogQueue::Batch LogQueue::Take() {
  MutexLock lock(&mutex_);
  writing_ = false;
  changed_.NotifyAll();
  while (waiting_.text.empty() && waiting_.dropped_after == 0) {
    changed_.WaitUntil(&mutex_, std::chrono::steady_clock::now() + kLongWait);
  }
  writing_ = true;
  return std::exchange(waiting_, {});
}

void LogQueue::Run() {
  uint64_t unsaid = 0;  // lines that are missing before the next one
  const auto say_dropped = [&] {
    if (unsaid == 0) return true;
    const std::string line = dropped_line_(unsaid);
    absl::string_view text = line;
    if (!Write(&text)) return false;
    unsaid = 0;
    return true;
  };
  while (true) {
    const Batch batch = Take();
    absl::string_view text = batch.text;
    if (!say_dropped() || !Write(&text)) {
      const uint64_t lost = CountLines(text);
      unsaid += lost;
      MutexLock lock(&mutex_);
      dropped_ += lost;
    }
    unsaid += batch.dropped_after;
    if (batch.dropped_after > 0) say_dropped();
  }
}

// Returns false if nothing can be written now; `text` is then the unwritten rest.
bool LogQueue::Write(absl::string_view* text) const {
  while (!text->empty()) {
    const ssize_t written = write(fd_, text->data(), NextPiece(*text));
    if (written >= 0) {
      text->remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // another process that shares the descriptor has made it non-blocking
      pollfd ready{fd_, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace benari
