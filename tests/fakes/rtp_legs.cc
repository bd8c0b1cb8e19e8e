#include "tests/fakes/rtp_legs.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

namespace benari::fakes {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kFrameTime(20);
constexpr size_t kHeaderBytes = 12;
constexpr uint8_t kPcmu = 0;  // RFC 3551, table 4
constexpr uint8_t kPcma = 8;
constexpr size_t kRemembered = 256;

std::chrono::milliseconds MsBetween(steady_clock::time_point from, steady_clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

uint32_t Read(const uint8_t* bytes, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

void Write(uint8_t* bytes, uint32_t value, int count) {
  for (int i = count - 1; i >= 0; --i, value >>= 8) bytes[i] = static_cast<uint8_t>(value);
}

uint32_t HashOf(const std::string& text) { return static_cast<uint32_t>(std::hash<std::string>()(text)); }

// The other channel of that kind in the same bridge, if there is one.
const ChannelRecord* Partner(const AsteriskModel& model, const ChannelRecord& channel, ChannelKind kind) {
  const auto bridge = model.bridges().find(channel.bridge_id);
  if (bridge == model.bridges().end()) return nullptr;
  for (const std::string& id : bridge->second.ari.channel_ids) {
    const auto found = model.channels().find(id);
    if (found != model.channels().end() && found->second.kind == kind) return &found->second;
  }
  return nullptr;
}

}  // namespace

// One ExternalMedia channel's socket and RTP state.
class RtpLegs::Leg : public std::enable_shared_from_this<Leg> {
 public:
  Leg(asio::io_context& loop, const std::string& host, const std::string& id)
      : loop_(loop),
        socket_(loop, udp::endpoint(asio::ip::make_address(host), 0)),
        port_(socket_.local_endpoint().port()),
        ssrc_(HashOf(id) | 1),
        sequence_(static_cast<uint16_t>(ssrc_ >> 8)),
        timestamp_(ssrc_ * 160) {}

  uint16_t port() const { return port_; }

  void Close() {
    error_code ignored;
    socket_.close(ignored);
  }

  // Sends the caller's next frame, and takes what comes for that caller.
  void Speak(const ChannelRecord& channel, const std::string& caller_id, std::shared_ptr<Heard> heard,
             uint32_t pauses) {
    if (!peer_) Resolve(channel.external_host);
    if (!peer_) return;
    payload_type_ = channel.format == "ulaw" ? kPcmu : kPcma;
    if (heard_ != heard) last_heard_.reset();
    heard_ = std::move(heard);
    const auto nth = static_cast<uint32_t>(heard_->sent_packets);
    const bool pause = pauses > 0 && nth / pauses % 2 == 1;
    const Frame frame = pause ? Pause() : ToneFrame(HashOf(caller_id), nth);
    std::array<uint8_t, kHeaderBytes + kFrameSamples> packet{};
    packet[0] = 0x80;
    packet[1] = static_cast<uint8_t>(payload_type_ | (heard_->sent_packets == 0 ? 0x80 : 0));
    Write(&packet[2], ++sequence_, 2);
    Write(&packet[4], timestamp_ += kFrameSamples, 4);
    Write(&packet[8], ssrc_, 4);
    std::copy(frame.begin(), frame.end(), packet.begin() + kHeaderBytes);
    error_code ignored;  // an ICMP refusal of an earlier packet shows here, and is no concern of the sender
    socket_.send_to(asio::buffer(packet), *peer_, 0, ignored);
    if (heard_->sent_packets++ == 0) first_sent_ = steady_clock::now();
    sent_.emplace_back(sequence_, frame);
    if (sent_.size() > kRemembered) sent_.pop_front();
  }

  void Silent() { heard_.reset(); }
  // The next frame that came back; for the recording.
  std::optional<Frame> Take() {
    if (arrived_.empty()) return std::nullopt;
    const Frame frame = arrived_.front();
    arrived_.pop_front();
    return frame;
  }

  void Receive() {
    const auto received = [self = shared_from_this()](const error_code& error, size_t bytes) {
      if (!self->socket_.is_open()) return;
      if (!error) self->Look(bytes);
      self->Receive();
    };
    socket_.async_receive_from(asio::buffer(buffer_), source_, received);
  }

 private:
  void Resolve(const Endpoint& external_host) {
    error_code error;
    udp::resolver resolver(loop_);
    const auto found = resolver.resolve(external_host.host, std::to_string(external_host.port), error);
    if (!error && !found.empty()) peer_ = found.begin()->endpoint();
  }

  Frame Pause() const {
    Frame frame = fakes::Silence();
    if (payload_type_ == kPcmu) frame.fill(0xff);  // ITU-T G.711, table 2a
    return frame;
  }

  void Look(size_t bytes) {
    if (!heard_) return;
    Heard& heard = *heard_;
    if (source_ != *peer_) {
      ++heard.strangers;
      return;
    }
    const steady_clock::time_point now = steady_clock::now();
    if (heard.received_packets++ == 0) heard.first_after = MsBetween(first_sent_, now);
    if (last_heard_) heard.longest_gap = std::max(heard.longest_gap, MsBetween(*last_heard_, now));
    last_heard_ = now;
    if (bytes < kHeaderBytes || (buffer_[0] & 0xc0) != 0x80) {
      ++heard.not_rtp;
      return;
    }
    if ((buffer_[1] & 0x7f) != payload_type_) ++heard.wrong_payload_type;
    if (Read(&buffer_[8], 4) == ssrc_) ++heard.same_ssrc;
    const auto sequence = static_cast<uint16_t>(Read(&buffer_[2], 2));
    const auto sent =
        std::find_if(sent_.begin(), sent_.end(), [&](const auto& s) { return s.first == sequence; });
    if (sent == sent_.end()) {
      ++heard.unknown_sequence;
    } else if (bytes != kHeaderBytes + kFrameSamples ||
               std::memcmp(&buffer_[kHeaderBytes], sent->second.data(), kFrameSamples) != 0) {
      ++heard.wrong_payload;
    }
    if (bytes < kHeaderBytes + kFrameSamples || arrived_.size() > 10) return;
    Frame frame;
    std::copy_n(&buffer_[kHeaderBytes], kFrameSamples, frame.begin());
    arrived_.push_back(frame);
  }

  asio::io_context& loop_;
  udp::socket socket_;
  const uint16_t port_;
  const uint32_t ssrc_;
  uint16_t sequence_;
  uint32_t timestamp_;
  std::optional<udp::endpoint> peer_;
  uint8_t payload_type_ = kPcma;
  std::shared_ptr<Heard> heard_;  // of the caller who is in the bridge
  steady_clock::time_point first_sent_;
  std::optional<steady_clock::time_point> last_heard_;
  std::deque<std::pair<uint16_t, Frame>> sent_;
  std::deque<Frame> arrived_;
  std::array<uint8_t, 2048> buffer_{};
  udp::endpoint source_;
};

RtpLegs::RtpLegs(asio::io_context& loop, std::string host, bool record, uint32_t every, uint32_t pauses)
    : loop_(loop), host_(std::move(host)), record_(record), every_(every), pauses_(pauses), timer_(loop) {}

RtpLegs::~RtpLegs() {
  for (const auto& [id, leg] : legs_) leg->Close();
}

void RtpLegs::Start(const AsteriskModel& model) {
  model_ = &model;
  timer_.expires_after(kFrameTime);
  ScheduleTick();
}

Endpoint RtpLegs::Open(const std::string& channel_id) {
  const auto leg = std::make_shared<Leg>(loop_, host_, channel_id);
  legs_[channel_id] = leg;
  leg->Receive();
  return Endpoint(host_, leg->port());
}

Heard RtpLegs::HeardBy(const std::string& caller_id) const {
  const auto found = callers_.find(caller_id);
  return found == callers_.end() ? Heard{} : *found->second;
}

void RtpLegs::ScheduleTick() {
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    timer_.expires_at(timer_.expiry() + kFrameTime);
    Tick();
    ScheduleTick();
  });
}

void RtpLegs::Tick() {
  ++ticks_;
  for (auto it = legs_.begin(); it != legs_.end();) {
    if ((ticks_ + it->second->port()) % every_ != 0) {
      ++it;
      continue;
    }
    const auto channel = model_->channels().find(it->first);
    if (channel == model_->channels().end()) {
      it->second->Close();
      it = legs_.erase(it);
      continue;
    }
    Speak(*it->second, channel->second);
    ++it;
  }
  if (record_) Record();
}

void RtpLegs::Speak(Leg& leg, const ChannelRecord& channel) {
  const ChannelRecord* const caller = Partner(*model_, channel, ChannelKind::kCaller);
  if (caller == nullptr) return leg.Silent();
  std::shared_ptr<Heard>& heard = callers_[caller->ari.id];
  if (!heard) heard = std::make_shared<Heard>();
  leg.Speak(channel, caller->ari.id, heard, pauses_);
}

void RtpLegs::SpeakIn(const std::string& bridge_id) {
  const auto bridge = model_->bridges().find(bridge_id);
  if (bridge == model_->bridges().end()) return;
  for (const std::string& id : bridge->second.ari.channel_ids) {
    const auto leg = legs_.find(id);
    const auto channel = model_->channels().find(id);
    if (leg != legs_.end() && channel != model_->channels().end()) Speak(*leg->second, channel->second);
  }
}

// 20 ms for each caller: what came back, the destination's tone, or silence.
void RtpLegs::Record() {
  for (const auto& [id, heard] : callers_) {
    const auto caller = model_->channels().find(id);
    if (caller == model_->channels().end()) continue;
    Frame frame = Silence();
    const ChannelRecord* const external = Partner(*model_, caller->second, ChannelKind::kExternalMedia);
    if (external != nullptr && legs_.count(external->ari.id) > 0) {
      frame = legs_.at(external->ari.id)->Take().value_or(frame);
    } else if (Partner(*model_, caller->second, ChannelKind::kDialled) != nullptr) {
      frame = ToneFrame(/*voice=*/5, ticks_ / 25);
    }
    heard->recording.insert(heard->recording.end(), frame.begin(), frame.end());
  }
}

}  // namespace benari::fakes
