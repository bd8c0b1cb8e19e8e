#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tests/bench/media/load.h"
#include "tests/bench/media/pacing_schedule.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {

// One run of Load, from its first packet to the end of its drain. Confined to one thread.
//
//   begin ── warm-up ── mark ─ settle ─ [ measured ] ─ settle ─ mark ── drain
//
// The CPU of the server is read at the marks, so that reading it makes no measured packet late. A packet is
// back when the kernel has it, whenever this thread comes to take it.
class LoadRun {
 public:
  LoadRun(Load& load, const LoadOptions& options);
  ~LoadRun();
  LoadRun(const LoadRun&) = delete;
  LoadRun& operator=(const LoadRun&) = delete;

  LoadResult Run();

 private:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr size_t kTakenAtOnce = 8;  // datagrams taken from a socket by one call

  // So many packets of a session are known again, the last ones: those of 40 s at 50/s.
  static constexpr size_t kRemembered = 2048;

  struct Sender {
    std::bitset<kRemembered> on_the_way;  // by sequence
    size_t of_burst = 0;                  // on the way of the last burst
    Time sent;                            // when that went
    Time back;                            // when the last packet came, echoed or not
  };
  struct Mark {
    Time at;
    std::chrono::nanoseconds server_cpu{0};
    uint64_t sent = 0;
    uint64_t echoed = 0;
    std::chrono::nanoseconds idle{0};
  };

  void Watch();
  void SendFirst();
  void SendDue();
  void SendBurst(size_t session, Time now);
  void GiveUpLost();
  void Nap();
  void Receive();
  void Drain(size_t session);
  void OnDatagram(size_t session, std::span<const uint8_t> datagram, Time back);
  Time WhenItCame(const msghdr& message) const;
  Mark Now();
  bool IsMeasured(Time sent) const { return sent >= measured_begin_ && sent < measured_end_; }
  bool TakeBack(size_t session, uint64_t sequence);

  Load& load_;
  const LoadOptions& options_;
  const bool closed_loop_;
  Time mark_at_, measured_begin_, measured_end_, end_;
  bool sending_ = true;
  Time now_;  // read as seldom as can be
  Time sweep_at_;
  std::optional<PacingSchedule> schedule_;
  std::vector<Sender> senders_;
  int epoll_ = -1;
  std::array<epoll_event, 128> events_;
  std::array<std::array<uint8_t, kProbeBytes + 1>, kTakenAtOnce> buffers_;
  std::array<iovec, kTakenAtOnce> iovecs_;
  std::array<mmsghdr, kTakenAtOnce> messages_;
  std::array<std::array<char, CMSG_SPACE(sizeof(timespec))>, kTakenAtOnce> controls_;
  std::chrono::nanoseconds wall_to_steady_{0};
  std::vector<uint8_t> out_;  // a burst
  // Since the beginning, warm-up and all.
  uint64_t sent_ = 0;
  uint64_t echoed_ = 0;
  std::chrono::nanoseconds idle_{0};  // in polls that found nothing
  LoadResult result_;
};

}  // namespace benari::bench
