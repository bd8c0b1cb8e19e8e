#include "tests/harness/soft_phone.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFrame{20};
constexpr milliseconds kRepeat{500};  // RFC 3261's T1
constexpr size_t kRtpHeader = 12;
constexpr double kLoud = 200;            // RMS of 16 bit samples
constexpr size_t kMostHeard = 50 * 120;  // packets that are kept: two minutes

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int BindUdp(uint16_t* port) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(*port);
  socklen_t length = sizeof(address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    const std::string why = std::strerror(errno);
    close(fd);
    throw std::runtime_error("a phone's UDP socket: " + why);
  }
  *port = ntohs(address.sin_port);
  return fd;
}

uint32_t Random() {
  thread_local std::mt19937 random(std::random_device{}());
  return static_cast<uint32_t>(random());
}

// The value of a header; empty: it has none.
std::string Header(const std::string& message, const std::string& name) {
  const std::string start = absl::StrCat("\r\n", name, ":");
  const size_t at = message.find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  return std::string(absl::StripAsciiWhitespace(message.substr(begin, message.find("\r\n", begin) - begin)));
}

// "sip:1@host:port" of "<sip:1@host:port>;tag=…".
std::string Uri(const std::string& header) {
  const size_t begin = header.find('<');
  return begin == std::string::npos ? header : header.substr(begin + 1, header.find('>') - begin - 1);
}

Endpoint AudioIn(const std::string& message) {
  const size_t at = message.find("\r\nm=audio ");
  int port = 0;
  if (at == std::string::npos) return Endpoint();
  const std::string rest = message.substr(at + 10, message.find(' ', at + 10) - at - 10);
  if (!absl::SimpleAtoi(rest, &port)) return Endpoint();
  return Endpoint("127.0.0.1", static_cast<uint16_t>(port));
}

// The payload type by which the other side calls this codec.
int PayloadTypeIn(const std::string& message, const Codec& codec) {
  for (const absl::string_view line : absl::StrSplit(message, "\r\n")) {
    if (!absl::StartsWith(line, "a=rtpmap:") || !absl::EndsWith(line, " " + codec.rtpmap)) continue;
    int type = 0;
    if (absl::SimpleAtoi(line.substr(9, line.find(' ') - 9), &type)) return type;
  }
  return codec.payload_type;
}

}  // namespace

SoftPhone::SoftPhone(SoftPhoneOptions options)
    : options_(std::move(options)),
      codec_(FindCodec(options_.codec)),
      payload_type_(codec_.payload_type),
      voice_(codec_, options_.tone_hz, Random(), Random()) {
  uint16_t sip_port = options_.sip_port;
  sip_fd_ = BindUdp(&sip_port);
  rtp_fd_ = BindUdp(&rtp_port_);
  sip_ = Endpoint("127.0.0.1", sip_port);
  thread_ = std::thread([this] { Run(); });
}

SoftPhone::~SoftPhone() {
  HangUp();
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  thread_.join();
  close(sip_fd_);
  close(rtp_fd_);
}

void SoftPhone::Call(const Endpoint& server, const std::string& number) {
  std::lock_guard lock(mutex_);
  server_ = server;
  target_ = absl::StrCat("sip:", number, "@", server.ToString());
  to_ = absl::StrCat("<", target_, ">");
  from_ = absl::StrCat("<sip:phone@", sip_.ToString(), ">;tag=", Random());
  call_id_ = absl::StrCat(Random(), Random(), "@", sip_.ToString());
  state_ = State::kCalling;
  pending_ = Request("INVITE", sequence_, Sdp("sendrecv"));
  repeat_at_ = steady_clock::now() + kRepeat;
  Send(pending_);
}

void SoftPhone::Renegotiate(const std::string& direction) {
  std::lock_guard lock(mutex_);
  pending_ = Request("INVITE", ++sequence_, Sdp(direction));
  repeat_at_ = steady_clock::now() + kRepeat;
  status_.clear();
  Send(pending_);
}

void SoftPhone::HangUp() {
  std::lock_guard lock(mutex_);
  if (state_ != State::kUp) return;
  Become(State::kOver);
  Send(Request("BYE", ++sequence_, ""));
}

void SoftPhone::Reset() {
  std::lock_guard lock(mutex_);
  if (state_ != State::kOver) return;
  voice_.BeSilent();
  heard_.clear();
  Become(State::kIdle);
}

void SoftPhone::Speak(uint16_t first_sequence) {
  std::lock_guard lock(mutex_);
  BeginToSend();
  voice_.SayTone(first_sequence);
}

void SoftPhone::Say(const std::vector<uint8_t>& audio) {
  std::lock_guard lock(mutex_);
  BeginToSend();
  voice_.Say(audio);
}

void SoftPhone::Press(const std::string& digits) {
  std::lock_guard lock(mutex_);
  BeginToSend();
  voice_.Press(digits);
}

void SoftPhone::BeginToSend() {
  if (!voice_.sends()) next_packet_ = steady_clock::now();
}

void SoftPhone::BeSilent() {
  std::lock_guard lock(mutex_);
  voice_.BeSilent();
}

bool SoftPhone::WaitUntilSaid(milliseconds timeout) {
  return WaitFor([this] { return voice_.done(); }, timeout);
}

bool SoftPhone::up() {
  std::lock_guard lock(mutex_);
  return state_ == State::kUp;
}

bool SoftPhone::WaitUntilUp(milliseconds timeout) {
  return WaitFor([this] { return state_ != State::kIdle && state_ != State::kCalling; }, timeout) && up();
}

bool SoftPhone::WaitUntilOver(milliseconds timeout) {
  return WaitFor([this] { return state_ == State::kOver; }, timeout);
}

bool SoftPhone::WaitFor(const std::function<bool()>& condition, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, condition);
}

milliseconds SoftPhone::Heard(double hz) {
  std::lock_guard lock(mutex_);
  const std::vector<std::span<const uint8_t>> payloads(heard_.begin(), heard_.end());
  return ToneIn(codec_, payloads, hz);
}

std::vector<uint8_t> SoftPhone::HeardAudio() {
  std::lock_guard lock(mutex_);
  std::vector<uint8_t> audio;
  for (const std::vector<uint8_t>& payload : heard_)
    audio.insert(audio.end(), payload.begin(), payload.end());
  return audio;
}

std::optional<steady_clock::time_point> SoftPhone::last_loud() {
  std::lock_guard lock(mutex_);
  return last_loud_;
}

void SoftPhone::ForgetHeard() {
  std::lock_guard lock(mutex_);
  heard_.clear();
  last_loud_.reset();
}

uint32_t SoftPhone::heard_ssrc() {
  std::lock_guard lock(mutex_);
  return heard_ssrc_;
}

std::string SoftPhone::status() {
  std::lock_guard lock(mutex_);
  return status_;
}

void SoftPhone::Become(State state) {
  state_ = state;
  changed_.notify_all();
}

void SoftPhone::Run() {
  while (true) {
    pollfd ready[] = {{sip_fd_, POLLIN, 0}, {rtp_fd_, POLLIN, 0}};
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
      const auto now = steady_clock::now();
      if (!pending_.empty() && now >= repeat_at_) {
        repeat_at_ = now + kRepeat;
        Send(pending_);
      }
      while (voice_.sends() && state_ == State::kUp && next_packet_ <= now) SendPacket();
    }
    if (poll(ready, 2, 5) <= 0) continue;
    std::lock_guard lock(mutex_);
    if (ready[0].revents != 0) ReadSip();
    if (ready[1].revents != 0) ReadRtp();
  }
}

void SoftPhone::Send(const std::string& message) {
  const sockaddr_in to = Loopback(server_.port);
  sendto(sip_fd_, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

void SoftPhone::SendPacket() {
  const std::vector<uint8_t> packet = voice_.NextPacket(payload_type_);
  next_packet_ += kFrame;
  if (voice_.done()) changed_.notify_all();
  const sockaddr_in to = Loopback(peer_.port);
  sendto(rtp_fd_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

void SoftPhone::ReadRtp() {
  uint8_t buffer[2048];
  sockaddr_in from{};
  socklen_t length = sizeof(from);
  const ssize_t got =
      recvfrom(rtp_fd_, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &length);
  if (got <= static_cast<ssize_t>(kRtpHeader) || ntohs(from.sin_port) != peer_.port) return;
  if ((buffer[1] & 0x7F) != payload_type_ || heard_.size() >= kMostHeard) return;
  uint32_t ssrc = 0;
  std::memcpy(&ssrc, &buffer[8], 4);
  heard_ssrc_ = ntohl(ssrc);
  heard_.emplace_back(buffer + kRtpHeader, buffer + got);
  if (Loudness(codec_, heard_.back()) > kLoud) last_loud_ = steady_clock::now();
}

void SoftPhone::ReadSip() {
  char buffer[8192];
  sockaddr_in from{};
  socklen_t length = sizeof(from);
  const ssize_t got =
      recvfrom(sip_fd_, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &length);
  if (got <= 0) return;
  const std::string message(buffer, static_cast<size_t>(got));
  if (absl::StartsWith(message, "SIP/2.0 ")) return OnResponse(message);
  server_ = Endpoint("127.0.0.1", ntohs(from.sin_port));
  OnRequest(message);
}

void SoftPhone::OnRequest(const std::string& message) {
  const std::string method = message.substr(0, message.find(' '));
  if (method == "ACK") return;
  if (method == "INVITE" && state_ == State::kIdle) {
    call_id_ = Header(message, "Call-ID");
    from_ = absl::StrCat(Header(message, "To"), ";tag=", Random());
    to_ = Header(message, "From");
    target_ = Uri(Header(message, "Contact"));
    payload_type_ = PayloadTypeIn(message, codec_);
    Become(State::kUp);
  }
  if (Header(message, "Call-ID") != call_id_) return Send(Reply(message, "486 Busy Here", ""));
  if (method != "INVITE") Send(Reply(message, "200 OK", ""));
  if (method == "BYE" || method == "CANCEL") return Become(State::kOver);
  if (method != "INVITE") return;
  peer_ = AudioIn(message);
  Send(Reply(message, "200 OK", Sdp("sendrecv")));
}

void SoftPhone::OnResponse(const std::string& message) {
  if (absl::StartsWith(message, "SIP/2.0 1")) return pending_.clear();
  if (!absl::EndsWith(Header(message, "CSeq"), "INVITE")) return;
  pending_.clear();
  status_ = message.substr(0, message.find("\r\n"));
  if (absl::StartsWith(message, "SIP/2.0 2")) return TakeAnswer(message);
  if (state_ == State::kCalling) Become(State::kOver);
}

void SoftPhone::TakeAnswer(const std::string& message) {
  to_ = Header(message, "To");
  target_ = Uri(Header(message, "Contact"));
  if (const Endpoint peer = AudioIn(message); peer.port != 0) peer_ = peer;
  if (state_ == State::kCalling) payload_type_ = PayloadTypeIn(message, codec_);
  Send(Request("ACK", std::atoi(Header(message, "CSeq").c_str()), ""));
  if (state_ == State::kCalling) Become(State::kUp);
  changed_.notify_all();
}

std::string SoftPhone::Request(const std::string& method, int sequence, const std::string& body) const {
  return absl::StrCat(method, " ", target_, " SIP/2.0\r\nVia: SIP/2.0/UDP ", sip_.ToString(),
                      ";rport;branch=z9hG4bK", Random(), "\r\nFrom: ", from_, "\r\nTo: ", to_,
                      "\r\nCall-ID: ", call_id_, "\r\nCSeq: ", sequence, " ", method,
                      "\r\nContact: <sip:phone@", sip_.ToString(), ">\r\nMax-Forwards: 70\r\n",
                      body.empty() ? "" : "Content-Type: application/sdp\r\n",
                      "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string SoftPhone::Reply(const std::string& request, const std::string& status,
                             const std::string& body) const {
  std::string vias;
  for (const absl::string_view line : absl::StrSplit(request, "\r\n")) {
    if (absl::StartsWith(line, "Via:")) absl::StrAppend(&vias, line, "\r\n");
  }
  const std::string to = Header(request, "To");
  return absl::StrCat("SIP/2.0 ", status, "\r\n", vias, "From: ", Header(request, "From"),
                      "\r\nTo: ", absl::StrContains(to, "tag=") ? to : from_,
                      "\r\nCall-ID: ", Header(request, "Call-ID"), "\r\nCSeq: ", Header(request, "CSeq"),
                      "\r\nContact: <sip:phone@", sip_.ToString(), ">\r\n",
                      body.empty() ? "" : "Content-Type: application/sdp\r\n",
                      "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string SoftPhone::Sdp(const std::string& direction) const {
  return absl::StrCat(
      "v=0\r\no=phone 1 ", sequence_, " IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ",
      rtp_port_, " RTP/AVP ", payload_type_, " ", PhoneVoice::kEventPayloadType,
      "\r\na=rtpmap:", payload_type_, " ", codec_.rtpmap, "\r\na=rtpmap:", PhoneVoice::kEventPayloadType,
      " telephone-event/8000\r\na=", direction, "\r\n");
}

}  // namespace benari::e2e
