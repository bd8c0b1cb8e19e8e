#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "tests/bench/media/histogram.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {

// How the load waits for the next packet or the next turn to send.
enum class Waiting {
  kBusy,   // polls without a pause: each packet goes at its own time, and the core is never idle
  kSleep,  // wakes every millisecond and sends what is due: leaves most of the core to others
};

struct LoadOptions {
  size_t sessions = 0;       // the first ones take part
  double packets_per_s = 0;  // of all together, evenly spread; 0: a closed loop
  // Packets that a session sends at once. In a closed loop the next ones go when all of them are back.
  size_t burst = 1;
  std::chrono::milliseconds warm_up{0};
  std::chrono::milliseconds measured{0};
  Waiting waiting = Waiting::kBusy;
  std::function<std::chrono::nanoseconds()> server_cpu;  // spent so far; empty: not asked
  // A packet of our size that was not on its way has come; empty: nobody wants to know.
  std::function<void(const Probe& probe, std::chrono::steady_clock::time_point came)> on_stray;
};

// Of the packets sent in the measured time, unless it says otherwise.
struct LoadResult {
  uint64_t sent = 0;
  uint64_t received = 0;  // until the end of the drain, each once
  uint64_t stray = 0;     // came twice, too late, or were not ours; in the whole run
  Histogram rtt;
  Histogram lateness;                         // behind the schedule; empty in a closed loop
  Histogram spacing;                          // how far two packets in a row were from 20 ms apart
  std::vector<uint64_t> received_by_session;  // in the order of AddSession
  double sent_per_s = 0;                      // what the load really did
  double echoed_per_s = 0;                    // what came back while it was measured
  double load_busy = 0;  // share of the time that the load did not just wait: 1 is its limit
  std::chrono::nanoseconds server_cpu_each{0};  // of one packet that came back

  uint64_t lost() const { return sent - received; }
};

// RTP from many connected UDP sockets, and what comes back on them. One thread at a time; sockets and numbers
// go on from run to run, so that a server sees one stream a session.
class Load {
 public:
  explicit Load(uint8_t payload_type = kPcma) : payload_type_(payload_type) {}
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // A socket on a port of the kernel's choice, which it answers. RESOURCE_EXHAUSTED: too many open files.
  absl::StatusOr<uint16_t> AddSession(const std::string& host);
  // Where the packets of the session that was added last go to, and the only place they come back from.
  absl::Status ConnectLast(const Endpoint& server);
  size_t sessions() const { return sessions_.size(); }

  // Sends, receives, and waits up to 1 s for the last packets.
  LoadResult Run(const LoadOptions& options);

 private:
  friend class LoadRun;
  struct Session {
    int fd = -1;
    uint32_t ssrc = 0;
    uint64_t next_sequence = 1;  // RTP's are its low 16 bits; 0 is no packet
  };
  const uint8_t payload_type_;
  std::vector<Session> sessions_;
  uint32_t first_ssrc_ = 0;
};

}  // namespace benari::bench
