#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
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
// The CPU of the server is read at the marks, so that reading it makes no measured packet late.
class LoadRun {
 public:
  LoadRun(Load& load, const LoadOptions& options);
  ~LoadRun();
  LoadRun(const LoadRun&) = delete;
  LoadRun& operator=(const LoadRun&) = delete;

  LoadResult Run();

 private:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr size_t kBurst = 8;  // datagrams taken from a socket by one call

  // A packet on the way, or nothing when its sequence is 0.
  struct Slot {
    uint64_t sequence = 0;
    Time sent;
  };
  struct Mark {
    Time at;
    std::chrono::nanoseconds server_cpu{0};
    uint64_t sent = 0;
    uint64_t echoed = 0;
    std::chrono::nanoseconds idle{0};
  };

  void Watch();
  void FillSlots();
  void SendDue();
  void Send(size_t session, uint32_t slot, Time now);
  void GiveUpLost();
  // Takes what has come; waits for it until `until` when waiting is allowed and there is nothing.
  void Receive(Time until);
  void Drain(size_t session);
  void OnDatagram(size_t session, std::span<const uint8_t> datagram);
  Mark Now();
  bool IsMeasured(Time sent) const { return sent >= measured_begin_ && sent < measured_end_; }
  std::span<Slot> SlotsOf(size_t session) { return {&slots_[session * slots_each_], slots_each_}; }

  Load& load_;
  const LoadOptions& options_;
  const bool closed_loop_;
  const size_t slots_each_;
  Time mark_at_, measured_begin_, measured_end_, end_;
  bool sending_ = true;
  Time now_;  // read as seldom as can be
  Time sweep_at_;
  std::optional<PacingSchedule> schedule_;
  std::vector<Slot> slots_;
  int epoll_ = -1;
  std::array<epoll_event, 128> events_;
  std::array<std::array<uint8_t, kProbeBytes + 1>, kBurst> buffers_;
  std::array<iovec, kBurst> iovecs_;
  std::array<mmsghdr, kBurst> messages_;
  ProbeBytes probe_{};
  // Since the beginning, warm-up and all.
  uint64_t sent_ = 0;
  uint64_t echoed_ = 0;
  std::chrono::nanoseconds idle_{0};  // in polls that found nothing
  LoadResult result_;
};

}  // namespace benari::bench
