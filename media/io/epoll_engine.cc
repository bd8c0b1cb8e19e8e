#include "media/io/epoll_engine.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::media {

namespace {

absl::Status Failed(const char* what) {
  return absl::ResourceExhaustedError(absl::StrCat(what, ": ", std::strerror(errno)));
}

// epoll_wait's, rounded up, so that the time has come when it returns.
int ToMs(Clock::Duration left) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<int64_t>(ms, std::numeric_limits<int>::max()));
}

timespec ToTimespec(Clock::Duration left) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
}

// Linux 5.11; some containers forbid what is newer than they are.
bool WaitsExactly(int epoll_fd) {
  epoll_event event;
  const timespec at_once = {};
  return epoll_pwait2(epoll_fd, &event, 1, &at_once, nullptr) >= 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<IoEngine>> EpollEngine::Create(const Clock& clock,
                                                              Clock::Duration batch_window) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return Failed("epoll_create1");
  const int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::unique_ptr<IoEngine> engine(new EpollEngine(clock, batch_window, epoll_fd, wake_fd));
  if (wake_fd < 0) return Failed("eventfd");
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = nullptr}};  // no handler: the wake-up
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) != 0) return Failed("epoll_ctl");
  return engine;
}

EpollEngine::EpollEngine(const Clock& clock, Clock::Duration batch_window, int epoll_fd, int wake_fd)
    : clock_(clock),
      window_(batch_window),
      epoll_fd_(epoll_fd),
      wake_fd_(wake_fd),
      waits_exactly_(WaitsExactly(epoll_fd)) {}

EpollEngine::~EpollEngine() {
  if (wake_fd_ >= 0) close(wake_fd_);
  close(epoll_fd_);
}

absl::Status EpollEngine::Add(DatagramHandler* handler) {
  auto socket = std::make_unique<Socket>(Socket{.handler = handler});
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.ptr = socket.get()}};
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, handler->fd(), &event) != 0) return Failed("epoll_ctl");
  sockets_[handler] = std::move(socket);
  return absl::OkStatus();
}

void EpollEngine::Remove(DatagramHandler* handler) {
  const auto found = sockets_.find(handler);
  if (found == sockets_.end()) return;
  Flush();
  epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, handler->fd(), nullptr);
  std::erase(unfinished_, found->second.get());
  sockets_.erase(found);
}

void EpollEngine::Send(DatagramHandler* handler, const OutgoingDatagram& datagram) {
  if (to_send_.full()) Flush();
  to_send_.Add(handler, datagram);
}

void EpollEngine::Flush() {
  to_send_.Send(
      [this](DatagramHandler* handler, size_t bytes, bool sent) { handler->OnSendDone(now_, bytes, sent); });
}

IoEngine::Ran EpollEngine::RunOnce(std::optional<Clock::Time> until) {
  Flush();
  Ran ran;
  ran.waits_since = clock_.Now();
  const int count = Wait(ran.waits_since, until);
  ran.now = now_ = clock_.Now();
  ++round_;
  size_t packets = 0;
  for (Socket* socket : std::exchange(unfinished_, {})) packets += Serve(ran.now, socket);
  for (int i = 0; i < count; ++i) {
    if (auto* socket = static_cast<Socket*>(events_[i].data.ptr)) {
      packets += Serve(ran.now, socket);
    } else {
      uint64_t wakes = 0;
      ran.woken = read(wake_fd_, &wakes, sizeof wakes) == sizeof wakes;
    }
  }
  window_.OnRound(ran.now, packets);
  return ran;
}

int EpollEngine::Wait(Clock::Time now, std::optional<Clock::Time> until) {
  Clock::Duration left{0};
  if (unfinished_.empty()) {
    if (const auto gather_until = window_.GatherUntil()) {
      Gather(now, until ? std::min(*until, *gather_until) : *gather_until);
    } else if (until) {
      left = std::max(*until - now, Clock::Duration(0));
    } else {
      return epoll_wait(epoll_fd_, events_.data(), kMaxEvents, -1);
    }
  }
  if (!waits_exactly_) return epoll_wait(epoll_fd_, events_.data(), kMaxEvents, ToMs(left));
  const timespec timeout = ToTimespec(left);
  return epoll_pwait2(epoll_fd_, events_.data(), kMaxEvents, &timeout, nullptr);
}

void EpollEngine::Gather(Clock::Time now, Clock::Time until) {
  if (until <= now) return;
  pollfd wake = {.fd = wake_fd_, .events = POLLIN, .revents = 0};
  const timespec timeout = ToTimespec(until - now);
  ppoll(&wake, 1, &timeout, nullptr);
}

size_t EpollEngine::Serve(Clock::Time now, Socket* socket) {
  if (std::exchange(socket->served_in, round_) == round_) return 0;
  DatagramHandler* const handler = socket->handler;
  const std::span<Datagram> datagrams = batch_.Receive(handler->fd());
  if (datagrams.empty()) return 0;
  if (datagrams.size() == PacketBatch::kMaxDatagrams) unfinished_.push_back(socket);
  handler->OnDatagrams(now, datagrams);
  batch_.SendBack(handler->fd(), [&](const Datagram& datagram, bool sent) {
    handler->OnSendDone(now, datagram.bytes.size(), sent);
  });
  return datagrams.size();
}

void EpollEngine::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);  // full: it is awake anyway
}

}  // namespace benari::media
