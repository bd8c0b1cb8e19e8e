#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "media/net/dialled_address.h"
#include "media/net/sockaddr.h"

namespace benari::media {

// The memory that packets of an io_uring are in: a ring of buffers that the kernel takes for what comes in,
// and buffers of our own for what did not. Their numbers follow one another. Memory that is not used is not
// taken. Owned by one worker.
class IoUringBuffers {
 public:
  static constexpr unsigned kReceiving = 1024;  // a power of two
  static constexpr unsigned kOwn = 512;
  static constexpr unsigned kAll = kReceiving + kOwn;
  static constexpr unsigned kGroup = 0;
  static constexpr size_t kMaxDatagramBytes = 2048;                     // longer ones are truncated
  static constexpr size_t kSourceBytes = CMSG_ALIGN(sizeof(Sockaddr));  // padded: a cmsghdr follows
  // What recvmsg puts before the payload: its header, the source and the address that was dialled.
  static constexpr size_t kBytes =
      sizeof(io_uring_recvmsg_out) + kSourceBytes + kDialledAddressBytes + kMaxDatagramBytes;

  IoUringBuffers() = default;
  IoUringBuffers(const IoUringBuffers&) = delete;
  IoUringBuffers& operator=(const IoUringBuffers&) = delete;
  ~IoUringBuffers();

  // Maps them and hands the ring to `ring`, which ends first. Returns 0, or an error number.
  int Open(io_uring* ring);

  uint8_t* ReceivedAt(unsigned id) { return received_ + size_t{id} * kStride; }

  // A buffer of our own: first the address to send from, then the datagram.
  struct Own {
    unsigned id;
    uint8_t* dialled;
    uint8_t* datagram;
  };
  bool has_own() const { return !free_own_.empty(); }
  Own TakeOwn();

  // One of either kind; the kernel has its own back with the next Advance.
  void GiveBack(unsigned id);
  void Advance();

 private:
  static constexpr size_t kStride = (kBytes + 63) / 64 * 64;
  static constexpr size_t kOwnStride = kDialledAddressBytes + kMaxDatagramBytes;
  static constexpr size_t kRingBytes = kReceiving * sizeof(io_uring_buf);
  static constexpr size_t kMappedBytes = kRingBytes + kReceiving * kStride + kOwn * kOwnStride;

  io_uring_buf_ring* ring_ = nullptr;
  uint8_t* received_ = nullptr;
  uint8_t* own_ = nullptr;
  int given_back_ = 0;  // since the kernel was last told
  std::vector<unsigned> free_own_;
};

inline void IoUringBuffers::GiveBack(unsigned id) {
  if (id >= kReceiving) return free_own_.push_back(id);
  io_uring_buf_ring_add(ring_, ReceivedAt(id), kBytes, static_cast<uint16_t>(id),
                        io_uring_buf_ring_mask(kReceiving), given_back_++);
}

}  // namespace benari::media
