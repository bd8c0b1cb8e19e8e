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

// Packet memory of an io_uring: a ring of provided buffers that the kernel receives into, and own buffers for
// datagrams that sessions originate, numbered after those of the ring. Pages are allocated when they are
// first used. Owned by one worker.
class IoUringBuffers {
 public:
  static constexpr unsigned kReceiving = 1024;  // a power of two
  static constexpr unsigned kOwn = 512;
  static constexpr unsigned kAll = kReceiving + kOwn;
  static constexpr unsigned kGroup = 0;
  static constexpr size_t kMaxDatagramBytes = 2048;                     // longer ones are truncated
  static constexpr size_t kSourceBytes = CMSG_ALIGN(sizeof(Sockaddr));  // padded: a cmsghdr follows
  // recvmsg puts its header, the source and the address that was dialled before the payload.
  static constexpr size_t kBytes =
      sizeof(io_uring_recvmsg_out) + kSourceBytes + kDialledAddressBytes + kMaxDatagramBytes;

  IoUringBuffers() = default;
  IoUringBuffers(const IoUringBuffers&) = delete;
  IoUringBuffers& operator=(const IoUringBuffers&) = delete;
  ~IoUringBuffers();

  // Maps the memory and registers it with `ring`, which must end before it. Returns 0 or an errno value.
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

  // Returns a buffer of either kind; those of the ring reach the kernel with the next Advance.
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
