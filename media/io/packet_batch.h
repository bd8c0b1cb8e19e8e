#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "media/io/io_engine.h"
#include "media/net/dialled_address.h"
#include "media/net/sockaddr.h"

namespace benari::media {

// The reused buffers of one recvmmsg and of the sendmmsg that reflects its datagrams. Owned by one worker.
class PacketBatch {
 public:
  static constexpr size_t kMaxDatagrams = 32;
  static constexpr size_t kMaxDatagramBytes = 2048;  // an Ethernet frame and some; longer ones are truncated

  PacketBatch();
  PacketBatch(const PacketBatch&) = delete;
  PacketBatch& operator=(const PacketBatch&) = delete;

  // Receives up to kMaxDatagrams datagrams that are queued on the socket. recvmmsg(2).
  std::span<Datagram> Receive(int fd);

  // Sends those of the last Receive that have send_back set, and reports for each whether the system took it.
  // One that it rejects is dropped; the others are still sent. sendmmsg(2).
  void SendBack(int fd, absl::FunctionRef<void(const Datagram&, bool sent)> done);

 private:
  void Prepare(size_t count);

  std::array<std::array<uint8_t, kMaxDatagramBytes>, kMaxDatagrams> buffers_;
  std::array<Sockaddr, kMaxDatagrams> sources_;
  struct alignas(cmsghdr) Control {
    std::array<uint8_t, kDialledAddressBytes> bytes;
  };
  std::array<Control, kMaxDatagrams> controls_;
  std::array<iovec, kMaxDatagrams> vectors_;
  std::array<mmsghdr, kMaxDatagrams> headers_;
  std::array<Datagram, kMaxDatagrams> datagrams_;
  size_t received_ = 0;
};

}  // namespace benari::media
