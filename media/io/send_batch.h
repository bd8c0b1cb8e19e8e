#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "media/io/io_engine.h"
#include "media/net/dialled_address.h"
#include "media/net/sockaddr.h"

namespace benari::media {

// Datagrams that sessions originate, queued for sending; consecutive ones of one socket share a sendmmsg.
// Owned by one worker.
class SendBatch {
 public:
  static constexpr size_t kMaxDatagrams = 64;
  static constexpr size_t kMaxDatagramBytes = 2048;
  using Done = absl::FunctionRef<void(DatagramHandler*, size_t bytes, bool sent)>;

  SendBatch() = default;
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;

  bool full() const { return count_ == kMaxDatagrams; }
  // Queues a copy. Requires !full() and at most kMaxDatagramBytes.
  void Add(DatagramHandler* handler, const OutgoingDatagram& datagram);
  // Sends all of them. One that the system rejects is dropped. sendmmsg(2).
  void Send(Done done);

 private:
  size_t SendSome(size_t first, size_t count, Done done);

  struct alignas(cmsghdr) Control {
    std::array<uint8_t, kDialledAddressBytes> bytes;
  };
  std::array<std::array<uint8_t, kMaxDatagramBytes>, kMaxDatagrams> buffers_;
  std::array<Control, kMaxDatagrams> controls_;
  std::array<Sockaddr, kMaxDatagrams> addresses_;
  std::array<iovec, kMaxDatagrams> vectors_;
  std::array<mmsghdr, kMaxDatagrams> headers_;
  std::array<DatagramHandler*, kMaxDatagrams> handlers_;
  size_t count_ = 0;
};

}  // namespace benari::media
