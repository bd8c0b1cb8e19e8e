#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/endpoint.h"
#include "tests/fakes/alaw.h"
#include "tests/fakes/asterisk_model.h"

namespace benari::fakes {

// The packets that a caller sent and received through its ExternalMedia channels.
struct Heard {
  uint64_t sent_packets = 0;
  uint64_t received_packets = 0;    // includes the next four
  uint64_t same_ssrc = 0;           // as what was sent: a loop (RFC 3550 8.2)
  uint64_t wrong_payload_type = 0;  // not that of the channel's format
  uint64_t unknown_sequence = 0;    // not one of the last 256 that were sent
  uint64_t wrong_payload = 0;       // not what went out under that sequence number
  uint64_t not_rtp = 0;
  uint64_t strangers = 0;                    // from elsewhere than external_host; not among received_packets
  std::chrono::milliseconds first_after{0};  // from the first packet sent to the first heard
  std::chrono::milliseconds longest_gap{0};  // between two heard, while it was sent to
  std::vector<uint8_t> recording;            // A-law, only when recorded
};

// The RTP of ExternalMedia channels: a UDP socket each, which sends 20 ms frames to external_host while the
// channel shares a bridge with a caller, and checks the packets that it receives. Payload type 0 for the
// format ulaw, else 8; a tone is the same A-law codes for both. Confined to its io_context.
class RtpLegs {
 public:
  // `host` is the address that the sockets are bound to. `record`: keep what callers hear. `every`: of the
  // 20 ms frames, which one is sent; 1 is all of them. `pauses`: so many frames of speech, and as many of
  // silence; 0: callers speak without a pause.
  RtpLegs(boost::asio::io_context& loop, std::string host, bool record, uint32_t every, uint32_t pauses);
  ~RtpLegs();

  void Start(const AsteriskModel& model);
  // A socket for a new ExternalMedia channel. Throws std::system_error.
  Endpoint Open(const std::string& channel_id);
  // The ExternalMedia channel of this bridge sends now instead of at the next tick.
  void SpeakIn(const std::string& bridge_id);
  // Of a caller's channel, also after its end.
  Heard HeardBy(const std::string& caller_id) const;
  size_t open_sockets() const { return legs_.size(); }

 private:
  class Leg;

  void ScheduleTick();
  void Tick();
  void Speak(Leg& leg, const ChannelRecord& channel);
  void Record();

  boost::asio::io_context& loop_;
  const std::string host_;
  const bool record_;
  const uint32_t every_;
  const uint32_t pauses_;
  const AsteriskModel* model_ = nullptr;
  boost::asio::steady_timer timer_;
  std::map<std::string, std::shared_ptr<Leg>> legs_;       // by ExternalMedia channel
  std::map<std::string, std::shared_ptr<Heard>> callers_;  // by caller's channel
  uint32_t ticks_ = 0;
};

}  // namespace benari::fakes
