#include "media/io/packet_batch.h"

#include <cstring>

namespace benari::media {

PacketBatch::PacketBatch() {
  std::memset(headers_.data(), 0, sizeof headers_);
  Prepare(kMaxDatagrams);
}

// The first ones, as recvmmsg wants them: only those that were used need it again.
void PacketBatch::Prepare(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    vectors_[i] = {buffers_[i].data(), kMaxDatagramBytes};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &sources_[i];
    header.msg_namelen = sizeof sources_[i];
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_control = &controls_[i];
    header.msg_controllen = sizeof controls_[i];
    header.msg_flags = 0;
  }
}

std::span<Datagram> PacketBatch::Receive(int fd) {
  Prepare(received_);
  const int count = recvmmsg(fd, headers_.data(), kMaxDatagrams, MSG_DONTWAIT, nullptr);
  received_ = count > 0 ? static_cast<size_t>(count) : 0;
  for (size_t i = 0; i < received_; ++i) {
    Datagram& datagram = datagrams_[i];
    datagram.bytes = std::span(buffers_[i]).first(headers_[i].msg_len);
    datagram.source = FromSockaddr(sources_[i]);
    datagram.dialled = DialledAddress(headers_[i].msg_hdr);
    datagram.truncated = (headers_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    datagram.send_back = false;
  }
  return std::span(datagrams_).first(received_);
}

// The headers of those that go back move to the front, where sendmmsg reads them; msg_iov, msg_name and
// msg_control still point to the buffers they came in.
void PacketBatch::SendBack(int fd, absl::FunctionRef<void(const Datagram&, bool sent)> done) {
  std::array<const Datagram*, kMaxDatagrams> to_send;
  size_t count = 0;
  for (size_t i = 0; i < received_; ++i) {
    if (!datagrams_[i].send_back) continue;
    vectors_[i].iov_len = datagrams_[i].bytes.size();
    to_send[count] = &datagrams_[i];
    AnswerFromDialledAddress(&headers_[i].msg_hdr);
    headers_[count++].msg_hdr = headers_[i].msg_hdr;
  }
  for (size_t next = 0; next < count;) {
    const int sent = sendmmsg(fd, &headers_[next], static_cast<unsigned>(count - next), MSG_DONTWAIT);
    if (sent <= 0) {
      done(*to_send[next++], false);
      continue;
    }
    for (int i = 0; i < sent; ++i) done(*to_send[next++], true);
  }
}

}  // namespace benari::media
