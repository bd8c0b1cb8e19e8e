#include "media/io/io_uring_buffers.h"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace benari::media {

IoUringBuffers::~IoUringBuffers() {
  if (ring_ != nullptr) munmap(ring_, kMappedBytes);
}

int IoUringBuffers::Open(io_uring* ring) {
  static_assert(kOwnStride % alignof(cmsghdr) == 0);
  const int protection = PROT_READ | PROT_WRITE;
  void* memory = mmap(nullptr, kMappedBytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  ring_ = static_cast<io_uring_buf_ring*>(memory);
  received_ = static_cast<uint8_t*>(memory) + kRingBytes;
  own_ = received_ + kReceiving * kStride;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uint64_t>(ring_);
  registration.ring_entries = kReceiving;
  registration.bgid = kGroup;
  if (const int failed = io_uring_register_buf_ring(ring, &registration, 0); failed < 0) return -failed;
  io_uring_buf_ring_init(ring_);
  free_own_.reserve(kOwn);
  for (unsigned i = 0; i < kAll; ++i) GiveBack(i);
  return 0;
}

IoUringBuffers::Own IoUringBuffers::TakeOwn() {
  const unsigned id = free_own_.back();
  free_own_.pop_back();
  uint8_t* const begin = own_ + size_t{id - kReceiving} * kOwnStride;
  return {id, begin, begin + kDialledAddressBytes};
}

void IoUringBuffers::Advance() { io_uring_buf_ring_advance(ring_, std::exchange(given_back_, 0)); }

}  // namespace benari::media
