// Datagrams from the peer and from strangers, at any time, into one session that echoes or plays a tone.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <vector>

#include "media/processor/factory.h"
#include "media/processor/session.h"
#include "media/rtp/packet.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"
#include "tests/media/no_bots.h"

namespace benari::media {
namespace {

using fuzz::Input;
using fuzz::Require;
using Bytes = std::vector<uint8_t>;

const SocketAddress kPeer = ParseSocketAddress(Endpoint("10.0.0.5", 25000)).value();
const SocketAddress kStranger = ParseSocketAddress(Endpoint("10.0.0.9", 4000)).value();

SessionStart ReadStart(Input& input) {
  SessionStart start;
  const uint8_t policy = input.Byte();
  start.config.peer = kPeer;
  start.config.peer_policy = (policy & 1) != 0 ? PeerPolicy::kLatch : PeerPolicy::kExact;
  start.config.payload_type = input.Byte() & 0x7f;
  start.config.clock_rate_hz = 1 + input.Word();
  start.config.no_media_timeout = std::chrono::milliseconds(input.Word());
  start.ssrc = input.Long();
  if ((policy & 2) != 0) {
    ToneConfig tone;
    tone.segments = {{{425}, std::chrono::milliseconds(40)}, {{}, std::chrono::milliseconds(20)}};
    tone.repetitions = policy >> 2;
    start.config.processor = tone;
  }
  start.advertised_rtp = "127.0.0.1:26500";
  return start;
}

// A session, and what must be true of it from outside.
class Checked : public rtp::Outlet {
 public:
  explicit Checked(const SessionStart& start) : start_(start), session_(start, *this, factory_, now_) {}

  void Datagram(Bytes bytes, const SocketAddress& source, bool system_takes_it) {
    ++datagrams_;
    const SessionSnapshot before = session_.Snapshot();
    const Bytes came = bytes;
    CheckParser(came);
    const DropReason reason = session_.OnDatagram(now_, bytes, source);
    const bool heard = reason == DropReason::kNone;
    Require(session_.TakeReflected() == (heard && !plays_), "an echo reflects what is valid, a tone nothing");
    const bool any_source = start_.config.peer_policy == PeerPolicy::kLatch && !before.latched;
    if (!any_source && source != before.peer) Require(reason == DropReason::kStranger, "a stranger is heard");
    if (reason == DropReason::kNone) {
      Require(source == session_.peer(), "somebody gets what another has sent");
      if (plays_) {
        Require(bytes == came, "who hears nothing changed what came");
        return CheckCounts();
      }
      CheckEcho(came, bytes);
      session_.OnSendDone(now_, bytes.size(), system_takes_it);
    } else {
      Require(bytes == came, "a dropped datagram was changed");
    }
    CheckCounts();
  }

  void SendToPeer(std::span<const uint8_t> datagram) override {
    Require(plays_, "an echo sends what did not come");
    rtp::Packet packet;
    Require(rtp::ParsePacket(datagram, &packet) == rtp::ParseResult::kOk, "what is sent is no RTP");
    Require(packet.ssrc == session_.Snapshot().ssrc, "what is sent carries another SSRC than ours");
    Require(packet.payload_type == start_.config.payload_type, "another payload type is sent");
    const bool next =
        last_sent_.ssrc != packet.ssrc ||
        (packet.sequence == static_cast<uint16_t>(last_sent_.sequence + 1) &&
         (packet.timestamp - last_sent_.timestamp) % 160 == 0 && packet.timestamp != last_sent_.timestamp);
    Require(last_sent_.payload_bytes == 0 || next, "our own packets are no sequence");
    last_sent_ = packet;
    ++sent_;
    session_.OnSendDone(now_, datagram.size(), true);
  }

  void Truncated(const SocketAddress& source) {
    ++datagrams_;
    session_.OnTruncated(source);
    CheckCounts();
  }

  void Later(std::chrono::milliseconds by) {
    now_ += by;
    session_.LookForSilence(now_);
    while (session_.NextTick() && *session_.NextTick() <= now_) session_.OnTick(now_);
    const SessionSnapshot snapshot = session_.Snapshot();
    Require((snapshot.diagnosis == Diagnosis::kNone) == snapshot.diagnosis_text.empty(),
            "a diagnosis without a word, or a word without one");
  }

 private:
  static void CheckParser(const Bytes& bytes) {
    rtp::Packet packet;
    if (rtp::ParsePacket(bytes, &packet) != rtp::ParseResult::kOk) return;
    Require(packet.payload_offset >= rtp::kFixedHeaderBytes, "payload within the header");
    Require(packet.payload_offset + packet.payload_bytes <= bytes.size(), "payload beyond the datagram");
    Bytes again = bytes;
    rtp::SetSsrc(packet.ssrc, again);
    Require(again == bytes, "SetSsrc writes elsewhere than the SSRC is read");
    Bytes header(rtp::kFixedHeaderBytes);
    rtp::WriteHeader(packet, std::span<uint8_t, rtp::kFixedHeaderBytes>(header));
    Require(
        header[0] >> 6 == bytes[0] >> 6 && std::equal(header.begin() + 1, header.end(), bytes.begin() + 1),
        "WriteHeader writes something else than ParsePacket read");
  }

  void CheckEcho(const Bytes& came, const Bytes& goes) const {
    rtp::Packet in;
    rtp::Packet out;
    Require(rtp::ParsePacket(came, &in) == rtp::ParseResult::kOk, "what is no RTP goes back");
    Require(rtp::ParsePacket(goes, &out) == rtp::ParseResult::kOk, "what goes back is no RTP");
    Require(out.ssrc == session_.Snapshot().ssrc, "what goes back carries another SSRC than ours");
    Require(out.ssrc != in.ssrc, "the SSRC that came goes back: two echoes would send it for ever");
    Bytes restored = goes;
    rtp::SetSsrc(in.ssrc, restored);
    Require(restored == came, "more than the SSRC was changed");
    Require(in.payload_type == start_.config.payload_type, "another payload type goes back");
  }

  void CheckCounts() const {
    const RtpStats stats = session_.Snapshot().stats;
    const auto dropped = [&stats](DropReason reason) { return stats.Dropped(reason); };
    if (plays_) {
      Require(stats.sent_packets == sent_, "what a tone sent is counted");
    } else {
      Require(stats.received_packets ==
                  stats.sent_packets + dropped(DropReason::kDuplicate) + dropped(DropReason::kSendFailed),
              "received = sent + duplicate + send failed");
    }
    const uint64_t refused = dropped(DropReason::kStranger) + dropped(DropReason::kVersion) +
                             dropped(DropReason::kLength) + dropped(DropReason::kPayloadType) +
                             dropped(DropReason::kLoop) + dropped(DropReason::kProbation) +
                             dropped(DropReason::kRtcp);
    Require(datagrams_ == stats.received_packets + refused, "every datagram is received or refused");
    Require(stats.lost_packets >=
                -static_cast<int64_t>(dropped(DropReason::kDuplicate) + stats.reordered_packets),
            "fewer lost than duplicates and reordered explain");
    Require(std::isfinite(stats.jitter_ms) && stats.jitter_ms >= 0, "jitter is a number");
  }

  const SessionStart start_;
  const bool plays_ = !std::holds_alternative<EchoConfig>(start_.config.processor);
  rtp::Packet last_sent_;
  uint64_t sent_ = 0;
  Clock::Time now_{std::chrono::hours(1)};
  NoBots no_bots_;
  ProcessorFactory factory_{no_bots_};
  Session session_;
  uint64_t datagrams_ = 0;
};

// A packet without rubbish in its header, so that sequence numbers get far.
Bytes WellFormed(Input& input, uint8_t payload_type) {
  rtp::Packet packet;
  packet.payload_type = payload_type;
  packet.sequence = input.Word();
  packet.timestamp = packet.sequence * 160u;
  packet.ssrc = input.Byte();
  Bytes bytes(rtp::kFixedHeaderBytes);
  rtp::WriteHeader(packet, std::span<uint8_t, rtp::kFixedHeaderBytes>(bytes));
  return bytes;
}

void Run(Input& input) {
  const SessionStart start = ReadStart(input);
  Checked session(start);
  while (!input.empty()) {
    const uint8_t step = input.Byte();
    const SocketAddress& source = (step & 0x80) != 0 ? kStranger : kPeer;
    const bool system_takes_it = (step & 0x40) == 0;
    switch (step & 3) {
      case 0:
        session.Datagram(input.Bytes(input.Byte()), source, system_takes_it);
        break;
      case 1:
        session.Datagram(WellFormed(input, start.config.payload_type), source, system_takes_it);
        break;
      case 2:
        session.Later(std::chrono::milliseconds(input.Word()));
        break;
      default:
        session.Truncated(source);
        break;
    }
  }
}

}  // namespace
}  // namespace benari::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::fuzz::Input input(data, size);
  benari::media::Run(input);
  return 0;
}
