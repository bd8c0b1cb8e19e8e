#include "media/io/send_batch.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace benari::media {

void SendBatch::Add(DatagramHandler* handler, const OutgoingDatagram& datagram) {
  assert(!full() && datagram.bytes.size() <= kMaxDatagramBytes);
  const size_t i = count_++;
  handlers_[i] = handler;
  std::copy(datagram.bytes.begin(), datagram.bytes.end(), buffers_[i].begin());
  std::copy(datagram.dialled.begin(), datagram.dialled.end(), controls_[i].bytes.begin());
  vectors_[i] = {buffers_[i].data(), datagram.bytes.size()};
  msghdr& header = headers_[i].msg_hdr;
  header = {};
  header.msg_namelen = ToSockaddr(datagram.to, &addresses_[i]);
  header.msg_name = &addresses_[i];
  header.msg_iov = &vectors_[i];
  header.msg_iovlen = 1;
  if (datagram.dialled.empty()) return;
  header.msg_control = &controls_[i];
  header.msg_controllen = datagram.dialled.size();
  AnswerFromDialledAddress(&header);
}

void SendBatch::Send(Done done) {
  const size_t count = std::exchange(count_, 0);
  for (size_t next = 0; next < count;) next += SendSome(next, count - next, done);
}

// Of the first one's socket; returns how many are dealt with.
size_t SendBatch::SendSome(size_t first, size_t count, Done done) {
  DatagramHandler* const handler = handlers_[first];
  size_t of_socket = 1;
  while (of_socket < count && handlers_[first + of_socket] == handler) ++of_socket;
  const int sent = sendmmsg(handler->fd(), &headers_[first], static_cast<unsigned>(of_socket), MSG_DONTWAIT);
  const size_t dealt_with = sent > 0 ? static_cast<size_t>(sent) : 1;
  for (size_t i = first; i < first + dealt_with; ++i) done(handler, vectors_[i].iov_len, sent > 0);
  return dealt_with;
}

}  // namespace benari::media
