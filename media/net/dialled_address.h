#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

// IP_PKTINFO and IPV6_PKTINFO: which local address a datagram was sent to, and shall be answered from. Pure.
namespace benari::media {

// Room for the control message of either family.
inline constexpr size_t kDialledAddressBytes = CMSG_SPACE(sizeof(in6_pktinfo));

// The control message of a received datagram; empty where the socket is bound to one address.
inline std::span<const uint8_t> DialledAddress(const msghdr& message) {
  if (message.msg_controllen == 0) return {};
  return {static_cast<const uint8_t*>(message.msg_control), message.msg_controllen};
}

// Makes the control message of a received datagram that of the answer to it: from the address that was
// dialled, by whichever interface the route says. `message` without control data stays as it is.
inline void AnswerFromDialledAddress(msghdr* message) {
  cmsghdr* const header = CMSG_FIRSTHDR(message);
  if (header == nullptr) return;
  if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
    reinterpret_cast<in_pktinfo*>(CMSG_DATA(header))->ipi_ifindex = 0;
  } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
    auto* const info = reinterpret_cast<in6_pktinfo*>(CMSG_DATA(header));
    if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr)) info->ipi6_ifindex = 0;
  }
}

}  // namespace benari::media
