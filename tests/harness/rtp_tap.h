#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/harness/audio.h"

namespace benari::e2e {

struct TappedPacket {
  std::chrono::steady_clock::duration at;  // since the tap began
  bool outgoing = false;                   // from the tapped port
  uint16_t other_port = 0;
  uint8_t payload_type = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  std::vector<uint8_t> payload;
};

// Records the RTP that one UDP port sends and receives on the loopback interface (needs root). Thread-safe.
class RtpTap {
 public:
  static absl::StatusOr<std::unique_ptr<RtpTap>> Start(uint16_t port);
  ~RtpTap();
  RtpTap(const RtpTap&) = delete;

  std::vector<TappedPacket> Packets() const;  // so far
  std::chrono::steady_clock::time_point began() const { return began_; }
  Audio Sent() const { return Assemble(true); }
  Audio Heard() const { return Assemble(false); }

 private:
  RtpTap(int fd, uint16_t port);
  void Run();
  Audio Assemble(bool outgoing) const;

  const int fd_;
  const uint16_t port_;
  const std::chrono::steady_clock::time_point began_;
  mutable std::mutex mutex_;
  std::vector<TappedPacket> packets_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace benari::e2e
