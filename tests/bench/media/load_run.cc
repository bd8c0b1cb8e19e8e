#include "tests/bench/media/load_run.h"

#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace benari::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSettle{100};
// A packet that has not come back by then is lost; also how long the drain is.
constexpr milliseconds kPatience{1000};
constexpr milliseconds kSweepInterval{50};
// At 20 ms a packet these are 1.28 s: a slot is needed again only when its packet is given up.
constexpr size_t kPacedSlots = 64;
// So many packets go out before it is looked whether something came, however late the load is.
constexpr int kSendsInARow = 16;
constexpr double kNsPerS = 1e9;

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
      slots_each_(closed_loop_ ? options.in_flight : kPacedSlots),
      slots_(options.sessions * slots_each_) {
  result_.received_by_session.resize(options.sessions);
  for (size_t i = 0; i < kBurst; ++i) {
    iovecs_[i] = {buffers_[i].data(), buffers_[i].size()};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &iovecs_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

LoadRun::~LoadRun() {
  if (epoll_ >= 0) close(epoll_);
}

LoadResult LoadRun::Run() {
  Watch();
  prctl(PR_SET_TIMERSLACK, 1);
  now_ = steady_clock::now();
  mark_at_ = now_ + options_.warm_up;
  measured_begin_ = mark_at_ + kSettle;
  measured_end_ = measured_begin_ + options_.measured;
  end_ = measured_end_ + kSettle;
  sweep_at_ = now_ + kSweepInterval;
  if (closed_loop_) {
    FillSlots();
  } else {
    schedule_.emplace(now_, options_.packets_per_s, options_.sessions);
  }

  std::optional<Mark> first;
  while (now_ < end_) {
    if (!first && now_ >= mark_at_) first = Now();
    if (closed_loop_) {
      GiveUpLost();
      Receive(std::min(sweep_at_, end_));
    } else {
      SendDue();
      Receive(std::min(schedule_->due(), end_));
    }
  }
  const Mark last = Now();
  sending_ = false;
  const Time drained = now_ + kPatience;
  while (now_ < drained && result_.received < result_.sent) Receive(drained);

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

void LoadRun::FillSlots() {
  for (uint32_t slot = 0; slot < slots_each_; ++slot) {
    for (size_t session = 0; session < options_.sessions; ++session) {
      Send(session, slot, steady_clock::now());
      if (session % kSendsInARow == 0) Receive(now_);
    }
  }
}

void LoadRun::SendDue() {
  for (int i = 0; i < kSendsInARow && schedule_->due() <= now_; ++i) {
    const size_t session = schedule_->session();
    const auto slot = static_cast<uint32_t>(load_.sessions_[session].next_sequence % slots_each_);
    if (IsMeasured(now_)) result_.lateness.Record(now_ - schedule_->due());
    Send(session, slot, now_);
    schedule_->Next();
    now_ = steady_clock::now();
  }
}

void LoadRun::Send(size_t session, uint32_t slot, Time now) {
  Load::Session& from = load_.sessions_[session];
  const uint64_t sequence = from.next_sequence++;
  SlotsOf(session)[slot] = {sequence, now};
  WriteProbe({sequence, now, slot}, from.ssrc, &probe_);
  ++sent_;
  if (IsMeasured(now)) ++result_.sent;
  if (send(from.fd, probe_.data(), probe_.size(), 0) < 0) ++result_.send_failed;
}

void LoadRun::GiveUpLost() {
  if (now_ < sweep_at_) return;
  sweep_at_ = now_ + kSweepInterval;
  for (size_t session = 0; session < options_.sessions; ++session) {
    for (uint32_t slot = 0; slot < slots_each_; ++slot) {
      if (now_ - SlotsOf(session)[slot].sent > kPatience) Send(session, slot, now_);
    }
  }
}

void LoadRun::Receive(Time until) {
  const Time asked = steady_clock::now();
  timespec timeout{0, 0};
  if (options_.waiting == Waiting::kSleep && until > asked) {
    const nanoseconds wait = until - asked;
    timeout = {wait / std::chrono::seconds(1), (wait % std::chrono::seconds(1)).count()};
  }
  const int ready = epoll_pwait2(epoll_, events_.data(), events_.size(), &timeout, nullptr);
  now_ = steady_clock::now();
  if (ready <= 0) idle_ += now_ - asked;
  for (int i = 0; i < ready; ++i) Drain(events_[i].data.u64);
}

void LoadRun::Drain(size_t session) {
  const int fd = load_.sessions_[session].fd;
  int taken = 0;
  do {
    taken = recvmmsg(fd, messages_.data(), kBurst, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < taken; ++i) OnDatagram(session, {buffers_[i].data(), messages_[i].msg_len});
  } while (taken == static_cast<int>(kBurst));
}

void LoadRun::OnDatagram(size_t session, std::span<const uint8_t> datagram) {
  const auto probe = ReadProbe(datagram);
  if (!probe || probe->slot >= slots_each_ || probe->sequence == 0 ||
      SlotsOf(session)[probe->slot].sequence != probe->sequence) {
    ++result_.stray;
    return;
  }
  SlotsOf(session)[probe->slot].sequence = 0;
  now_ = steady_clock::now();
  ++echoed_;
  if (IsMeasured(probe->sent)) {
    ++result_.received;
    ++result_.received_by_session[session];
    result_.rtt.Record(now_ - probe->sent);
  }
  if (closed_loop_ && sending_) Send(session, probe->slot, now_);
}

}  // namespace benari::bench
