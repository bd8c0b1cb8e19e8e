#include "tests/harness/rtp_tap.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace benari::e2e {
namespace {

using std::chrono::steady_clock;

constexpr int kPollMs = 50;
constexpr int kReceiveBufferBytes = 8 << 20;
constexpr size_t kUdpHeader = 8;
constexpr size_t kRtpHeader = 12;
// A timestamp that strays further from the clock than this begins a new stream.
constexpr double kMaxDriftMs = 500;

uint16_t Read16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
uint32_t Read32(const uint8_t* at) { return static_cast<uint32_t>(Read16(at)) << 16 | Read16(at + 2); }

// Unfragmented IPv4 UDP from or to `port`.
int AttachFilter(int fd, uint16_t port) {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),                   // protocol
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 8),  //
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),                   // fragment
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1FFF, 6, 0),      //
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),                  // X = length of the IP header
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),                   // source port
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 2, 0),         //
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),                   // destination port
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),         //
      BPF_STMT(BPF_RET | BPF_K, 0xFFFF),                       // take it
      BPF_STMT(BPF_RET | BPF_K, 0),                            // leave it
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

// RFC 3550 5.1, of an IPv4 datagram. False when it is no RTP packet of version 2.
bool ParseRtp(const uint8_t* ip, size_t length, uint16_t port, TappedPacket* packet) {
  const size_t ip_header = (ip[0] & 0x0F) * 4u;
  if (length < ip_header + kUdpHeader + kRtpHeader) return false;
  const uint8_t* udp = ip + ip_header;
  const uint8_t* rtp = udp + kUdpHeader;
  if (rtp[0] >> 6 != 2) return false;
  const size_t header = kRtpHeader + (rtp[0] & 0x0F) * 4u;
  const size_t rtp_length = length - ip_header - kUdpHeader;
  if (rtp_length < header) return false;
  packet->outgoing = Read16(udp) == port;
  packet->other_port = packet->outgoing ? Read16(udp + 2) : Read16(udp);
  packet->payload_type = rtp[1] & 0x7F;
  packet->sequence = Read16(rtp + 2);
  packet->timestamp = Read32(rtp + 4);
  packet->ssrc = Read32(rtp + 8);
  packet->payload.assign(rtp + header, rtp + rtp_length);
  return true;
}

double Milliseconds(steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RtpTap>> RtpTap::Start(uint16_t port) {
  const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::PermissionDeniedError(absl::StrCat("packet socket: ", strerror(errno)));
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBufferBytes, sizeof(kReceiveBufferBytes));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_IP);
  address.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
  if (AttachFilter(fd, port) != 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    const std::string reason = strerror(errno);
    close(fd);
    return absl::UnavailableError("tapping loopback: " + reason);
  }
  return std::unique_ptr<RtpTap>(new RtpTap(fd, port));
}

RtpTap::RtpTap(int fd, uint16_t port) : fd_(fd), port_(port), began_(steady_clock::now()) {
  thread_ = std::thread([this] { Run(); });
}

RtpTap::~RtpTap() {
  ended_ = true;
  thread_.join();
  close(fd_);
}

void RtpTap::Run() {
  std::vector<uint8_t> buffer(65'536);
  while (!ended_) {
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, kPollMs) <= 0) continue;
    sockaddr_ll from{};
    socklen_t from_length = sizeof(from);
    const ssize_t got =
        recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_length);
    // Loopback shows each packet twice: as it leaves and as it arrives.
    if (got <= 0 || from.sll_pkttype == PACKET_OUTGOING) continue;
    TappedPacket packet;
    packet.at = steady_clock::now() - began_;
    if (!ParseRtp(buffer.data(), static_cast<size_t>(got), port_, &packet)) continue;
    std::lock_guard lock(mutex_);
    packets_.push_back(std::move(packet));
  }
}

std::vector<TappedPacket> RtpTap::Packets() const {
  std::lock_guard lock(mutex_);
  return packets_;
}

// Places packets by their timestamps; by the clock where a new stream begins. The clock of the whole is that
// of the least delayed packet of the first stream.
Audio RtpTap::Assemble(bool outgoing) const {
  Audio audio;
  const TappedPacket* first = nullptr;  // of the stream
  int64_t first_position = 0;
  double origin_ms = 0;
  uint32_t first_ssrc = 0;
  for (const std::vector<TappedPacket> packets = Packets(); const TappedPacket& packet : packets) {
    if (packet.outgoing != outgoing || packet.payload.empty()) continue;
    if (first == nullptr) {
      origin_ms = audio.start_ms = Milliseconds(packet.at);
      first_ssrc = packet.ssrc;
    }
    const double age_ms = Milliseconds(packet.at) - origin_ms;
    const auto by_clock = static_cast<int64_t>(age_ms * kSampleRateHz / 1000);
    int64_t position = by_clock;
    if (first != nullptr && first->ssrc == packet.ssrc) {
      position = first_position + static_cast<int32_t>(packet.timestamp - first->timestamp);
    }
    if (first == nullptr || first->ssrc != packet.ssrc ||
        std::abs(position - by_clock) > kMaxDriftMs * kSampleRateHz / 1000) {
      first = &packet;
      first_position = position = by_clock;
    }
    if (position < 0) continue;
    if (packet.ssrc == first_ssrc) {
      audio.start_ms = std::min(audio.start_ms, origin_ms + age_ms - position * 1000.0 / kSampleRateHz);
    }
    const size_t end = static_cast<size_t>(position) + packet.payload.size();
    if (end > audio.samples.size()) {
      audio.samples.resize(end, kAlawSilence);
      audio.present.resize(end, false);
    }
    std::copy(packet.payload.begin(), packet.payload.end(), audio.samples.begin() + position);
    std::fill_n(audio.present.begin() + position, packet.payload.size(), true);
  }
  return audio;
}

}  // namespace benari::e2e
