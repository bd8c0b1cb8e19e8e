#include "tests/bench/media/load_run.h"

#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <thread>
#include <utility>

namespace benari::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSettle{100};
// A packet that has not come back by then is lost; also how long the drain is.
constexpr milliseconds kPatience{1000};
constexpr milliseconds kSweepInterval{50};
constexpr milliseconds kNap{1};
// So many packets go out before it is looked whether something came, however late the load is.
constexpr int kSendsInARow = 16;
constexpr double kNsPerS = 1e9;
constexpr milliseconds kPacketInterval{20};

nanoseconds CpuOfThisThread() {
  timespec cpu{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  return std::chrono::seconds(cpu.tv_sec) + nanoseconds(cpu.tv_nsec);
}

double SecondsOf(nanoseconds time) { return static_cast<double>(time.count()) / kNsPerS; }

}  // namespace

LoadRun::LoadRun(Load& load, const LoadOptions& options)
    : load_(load),
      options_(options),
      closed_loop_(options.packets_per_s == 0),
      senders_(options.sessions),
      out_(options.burst * kProbeBytes) {
  result_.received_by_session.resize(options.sessions);
  for (size_t i = 0; i < kTakenAtOnce; ++i) {
    iovecs_[i] = {buffers_[i].data(), buffers_[i].size()};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &iovecs_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_[i].data();
  }
}

LoadRun::~LoadRun() {
  if (epoll_ >= 0) close(epoll_);
}

LoadResult LoadRun::Run() {
  Watch();
  prctl(PR_SET_TIMERSLACK, 1);
  now_ = steady_clock::now();
  wall_to_steady_ = now_.time_since_epoch() - std::chrono::system_clock::now().time_since_epoch();
  mark_at_ = now_ + options_.warm_up;
  measured_begin_ = mark_at_ + kSettle;
  measured_end_ = measured_begin_ + options_.measured;
  end_ = measured_end_ + kSettle;
  sweep_at_ = now_ + kSweepInterval;
  if (closed_loop_) {
    SendFirst();
  } else {
    schedule_.emplace(now_, options_.packets_per_s / static_cast<double>(options_.burst), options_.sessions);
  }

  std::optional<Mark> first;
  while (now_ < end_) {
    if (!first && now_ >= mark_at_) first = Now();
    if (closed_loop_) {
      GiveUpLost();
    } else {
      SendDue();
    }
    Receive();
    Nap();
  }
  const Mark last = Now();
  sending_ = false;
  const Time drained = now_ + kPatience;
  while (now_ < drained && result_.received < result_.sent) {
    Receive();
    Nap();
  }

  const double time_s = SecondsOf(last.at - first->at);
  const uint64_t echoed = last.echoed - first->echoed;
  result_.sent_per_s = static_cast<double>(last.sent - first->sent) / time_s;
  result_.echoed_per_s = static_cast<double>(echoed) / time_s;
  result_.load_busy = 1 - SecondsOf(last.idle - first->idle) / time_s;
  if (echoed > 0) result_.server_cpu_each = (last.server_cpu - first->server_cpu) / echoed;
  return std::move(result_);
}

// A new epoll each run: only those that take part cost anything.
void LoadRun::Watch() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < options_.sessions; ++i) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = i;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, load_.sessions_[i].fd, &event);
  }
}

LoadRun::Mark LoadRun::Now() {
  const nanoseconds cpu = options_.server_cpu ? options_.server_cpu() : nanoseconds(0);
  now_ = steady_clock::now();
  const bool polls = options_.waiting == Waiting::kBusy;
  return {now_, cpu, sent_, echoed_, polls ? idle_ : now_.time_since_epoch() - CpuOfThisThread()};
}

void LoadRun::SendFirst() {
  for (size_t session = 0; session < options_.sessions; ++session) {
    SendBurst(session, steady_clock::now());
    Receive();
  }
}

void LoadRun::SendDue() {
  const int most = options_.waiting == Waiting::kBusy ? kSendsInARow : INT_MAX;
  for (int i = 0; i < most && schedule_->due() <= now_; ++i) {
    if (IsMeasured(now_)) result_.lateness.Record(now_ - schedule_->due());
    SendBurst(schedule_->session(), now_);
    schedule_->Next();
    now_ = steady_clock::now();
  }
}

void LoadRun::SendBurst(size_t session, Time now) {
  Load::Session& from = load_.sessions_[session];
  Sender& sender = senders_[session];
  for (size_t i = 0; i < options_.burst; ++i) {
    const uint64_t sequence = from.next_sequence++;
    sender.on_the_way.set(sequence % kRemembered);
    WriteProbe({sequence, now}, load_.payload_type_, from.ssrc,
               std::span<uint8_t, kProbeBytes>(&out_[i * kProbeBytes], kProbeBytes));
  }
  sender.of_burst = options_.burst;
  sender.sent = now;
  sent_ += options_.burst;
  if (IsMeasured(now)) result_.sent += options_.burst;
  // One call for the burst: the kernel cuts it into datagrams behind the loopback interface.
  // What the system refuses to send does not come back, and is lost like the rest.
  (void)send(from.fd, out_.data(), out_.size(), 0);
}

void LoadRun::GiveUpLost() {
  if (now_ < sweep_at_) return;
  sweep_at_ = now_ + kSweepInterval;
  for (size_t session = 0; session < options_.sessions; ++session) {
    if (now_ - senders_[session].sent > kPatience) SendBurst(session, now_);
  }
}

// Not woken by what comes: the kernel notes when that was.
void LoadRun::Nap() {
  if (options_.waiting == Waiting::kBusy) return;
  std::this_thread::sleep_for(kNap);
  now_ = steady_clock::now();
}

void LoadRun::Receive() {
  const Time asked = steady_clock::now();
  const int ready = epoll_wait(epoll_, events_.data(), events_.size(), 0);
  now_ = steady_clock::now();
  if (ready <= 0) idle_ += now_ - asked;
  for (int i = 0; i < ready; ++i) Drain(events_[i].data.u64);
}

void LoadRun::Drain(size_t session) {
  const int fd = load_.sessions_[session].fd;
  int taken = 0;
  do {
    for (mmsghdr& message : messages_) message.msg_hdr.msg_controllen = sizeof controls_[0];
    taken = recvmmsg(fd, messages_.data(), kTakenAtOnce, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < taken; ++i) {
      OnDatagram(session, {buffers_[i].data(), messages_[i].msg_len}, WhenItCame(messages_[i].msg_hdr));
    }
  } while (taken == static_cast<int>(kTakenAtOnce));
}

// SO_TIMESTAMPNS: by the wall clock.
LoadRun::Time LoadRun::WhenItCame(const msghdr& message) const {
  const cmsghdr* control = CMSG_FIRSTHDR(&message);
  if (control == nullptr || control->cmsg_type != SCM_TIMESTAMPNS) return steady_clock::now();
  timespec came;
  std::memcpy(&came, CMSG_DATA(control), sizeof came);
  return Time(std::chrono::seconds(came.tv_sec) + nanoseconds(came.tv_nsec) + wall_to_steady_);
}

// Whether it was on the way: not twice, and not one of an earlier run, whose bit is another packet's by now.
bool LoadRun::TakeBack(size_t session, uint64_t sequence) {
  const uint64_t next = load_.sessions_[session].next_sequence;
  auto& on_the_way = senders_[session].on_the_way;
  if (sequence >= next || next - sequence > kRemembered || !on_the_way[sequence % kRemembered]) return false;
  on_the_way.reset(sequence % kRemembered);
  return true;
}

void LoadRun::OnDatagram(size_t session, std::span<const uint8_t> datagram, Time back) {
  Sender& sender = senders_[session];
  if (const Time last = std::exchange(sender.back, back); last != Time() && IsMeasured(last))
    result_.spacing.Record(std::chrono::abs(back - last - kPacketInterval));
  const auto probe = ReadProbe(datagram);
  if (!probe || !TakeBack(session, probe->sequence)) {
    ++result_.stray;
    if (probe && options_.on_stray) options_.on_stray(*probe, back);
    return;
  }
  ++echoed_;
  if (IsMeasured(probe->sent)) {
    ++result_.received;
    ++result_.received_by_session[session];
    result_.rtt.Record(back - probe->sent);
  }
  // Of an earlier burst that was given up nothing is waited for any more.
  if (!closed_loop_ || !sending_ || probe->sent != sender.sent || --sender.of_burst > 0) return;
  SendBurst(session, steady_clock::now());
}

}  // namespace benari::bench
