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

// Datagrams that did not come in, on their way out: those of one socket that follow one another share a
// sendmmsg. Owned by one worker.
class SendBatch {
 public:
  static constexpr size_t kMaxDatagrams = 64;
  static constexpr size_t kMaxDatagramBytes = 2048;
  using Done = absl::FunctionRef<void(DatagramHandler*, size_t bytes, bool sent)>;

  SendBatch() = default;
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;

  bool full() const { return count_ == kMaxDatagrams; }
  // Copies it. Not when full; `datagram` has kMaxDatagramBytes at most.
  void Add(DatagramHandler* handler, const OutgoingDatagram& datagram);
  // Sends all of them. One that the system does not take is given up. sendmmsg(2).
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
