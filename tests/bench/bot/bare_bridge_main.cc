// The least that joins RTP with a bot's WebSocket: what every figure of benari-bench-bot is compared with.
// One thread, one level-triggered epoll; each packet becomes a message and each message a packet, at once. No
// checks, no clock, no counters. With --tls it trusts every bot.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/command_line.h"
#include "common/endpoint.h"
#include "tests/bench/bot/byte_stream.h"
#include "tests/bench/bot/web_socket_frames.h"
#include "tests/bench/port_range.h"

ABSL_FLAG(std::string, host, "127.0.0.1", "IPv4 address to bind, and the bot's");
ABSL_FLAG(std::string, ports, "", "FIRST-LAST, 1..65535: the UDP ports of the calls");
ABSL_FLAG(int, bot_port, 0, "TCP port of the bot");
ABSL_FLAG(bool, tls, false, "speak wss");

namespace benari::bench {
namespace {

constexpr int kEvents = 256;
constexpr size_t kRtpHeaderBytes = 12;
constexpr size_t kLargestDatagramBytes = 2048;
constexpr size_t kReadBytes = 16384;
constexpr uint32_t kFrameSamples = 160;

struct Call {
  int udp = -1;
  int tcp = -1;
  ByteStream stream;  // over tcp
  sockaddr_in phone{};
  uint64_t frames = 0;  // to the bot
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  std::string in;     // what is no whole message yet
  bool open = false;  // the handshake is over
};

sockaddr_in Address(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

void SendText(Call* call, const std::string& text) {
  std::string frame;
  AppendFrame(WebSocketFrame::kText, text, /*masked=*/true, &frame);
  (void)call->stream.Send(frame.data(), frame.size());
}

void OnDatagram(Call* call) {
  std::array<char, kLargestDatagramBytes> datagram;
  socklen_t bytes = sizeof call->phone;
  const ssize_t size = recvfrom(call->udp, datagram.data(), datagram.size(), 0,
                                reinterpret_cast<sockaddr*>(&call->phone), &bytes);
  if (size <= static_cast<ssize_t>(kRtpHeaderBytes) || !call->open) return;
  const absl::string_view payload(datagram.data() + kRtpHeaderBytes,
                                  static_cast<size_t>(size) - kRtpHeaderBytes);
  const uint64_t number = call->frames++;
  SendText(call, absl::StrCat("{\"event\":\"media\",\"sequenceNumber\":\"", number + 2,
                              "\",\"streamSid\":\"MZ1\",\"media\":{\"track\":\"inbound\",\"chunk\":\"",
                              number + 1, "\",\"timestamp\":\"", number * 20, "\",\"payload\":\"",
                              absl::Base64Escape(payload), "\"}}"));
}

void OnMessage(absl::string_view message, Call* call) {
  const absl::string_view payload = FindMember(message, "payload");
  std::string audio;
  if (!absl::Base64Unescape(payload, &audio)) return;
  std::string datagram(kRtpHeaderBytes, '\0');
  datagram[0] = static_cast<char>(0x80);
  ++call->sequence;
  call->timestamp += kFrameSamples;
  const uint16_t sequence = htons(call->sequence);
  const uint32_t timestamp = htonl(call->timestamp);
  std::memcpy(&datagram[2], &sequence, sizeof sequence);
  std::memcpy(&datagram[4], &timestamp, sizeof timestamp);
  datagram += audio;
  (void)sendto(call->udp, datagram.data(), datagram.size(), 0,
               reinterpret_cast<const sockaddr*>(&call->phone), sizeof call->phone);
}

bool OnBytes(Call* call) {
  std::array<char, kReadBytes> buffer;
  do {
    const ssize_t size = call->stream.Receive(buffer.data(), buffer.size());
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    call->in.append(buffer.data(), static_cast<size_t>(size));
  } while (call->stream.pending());
  if (!call->open) {
    const size_t end = call->in.find("\r\n\r\n");
    if (end == std::string::npos) return true;
    call->in.erase(0, end + 4);
    call->open = true;
    SendText(call, R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
    SendText(call, R"({"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"streamSid":"MZ1"}})");
  }
  size_t done = 0;
  const std::span<uint8_t> all(reinterpret_cast<uint8_t*>(call->in.data()), call->in.size());
  while (const auto frame = ReadFrame(all.subspan(done))) {
    done += frame->bytes;
    if (frame->opcode != WebSocketFrame::kText) continue;
    OnMessage({reinterpret_cast<const char*>(frame->payload.data()), frame->payload.size()}, call);
  }
  call->in.erase(0, done);
  return true;
}

int Fail(const char* what, int port) {
  std::fprintf(stderr, "bare bridge: %s, port %d: %s\n", what, port, std::strerror(errno));
  return 1;
}

void Watch(int epoll, int fd, uint64_t what) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = what;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// Opens both sockets of a call; the handshake is answered later.
bool Open(const std::string& host, int port, int bot_port, SSL_CTX* tls, Call* call) {
  call->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const sockaddr_in own = Address(host, port);
  if (bind(call->udp, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return false;
  call->tcp = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in bot = Address(host, bot_port);
  if (connect(call->tcp, reinterpret_cast<const sockaddr*>(&bot), sizeof bot) != 0) return false;
  const int on = 1;
  setsockopt(call->tcp, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  constexpr char kRequest[] =
      "GET / HTTP/1.1\r\nHost: bot\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  call->stream = ByteStream(call->tcp, tls, ByteStream::Side::kClient);
  const bool sent = call->stream.Send(kRequest, sizeof kRequest - 1) > 0;
  fcntl(call->tcp, F_SETFL, O_NONBLOCK);  // a record of TLS may hold nothing to be read
  return sent;
}

int Bridge(const std::string& host, int first, int last, int bot_port, bool with_tls) {
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  const SslContext tls = with_tls ? ClientContext() : nullptr;
  const int epoll = epoll_create1(0);
  std::vector<Call> calls(static_cast<size_t>(last - first + 1));
  for (size_t i = 0; i < calls.size(); ++i) {
    const int port = first + static_cast<int>(i);
    if (!Open(host, port, bot_port, tls.get(), &calls[i])) return Fail("cannot open", port);
    Watch(epoll, calls[i].udp, i << 1);
    Watch(epoll, calls[i].tcp, i << 1 | 1);
  }
  std::array<epoll_event, kEvents> events;
  for (;;) {
    const int ready = epoll_wait(epoll, events.data(), kEvents, -1);
    for (int i = 0; i < ready; ++i) {
      Call* const call = &calls[events[i].data.u64 >> 1];
      if ((events[i].data.u64 & 1) == 0) {
        OnDatagram(call);
      } else if (!OnBytes(call)) {
        return Fail("the bot closed", first + static_cast<int>(events[i].data.u64 >> 1));
      }
    }
  }
}

}  // namespace
}  // namespace benari::bench

int main(int argc, char** argv) {
  benari::FlagErrors errors;
  benari::ParseCommandLine(argc, argv, "benari-bench-bare-bridge: joins UDP ports with a bot, and no more.",
                           &errors);
  const benari::bench::PortRange ports = benari::bench::ReadPorts(absl::GetFlag(FLAGS_ports), &errors);
  errors.ExitIfAny();
  return benari::bench::Bridge(absl::GetFlag(FLAGS_host), ports.first, ports.last,
                               absl::GetFlag(FLAGS_bot_port), absl::GetFlag(FLAGS_tls));
}
