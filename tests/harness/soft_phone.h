#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/endpoint.h"
#include "tests/harness/codec.h"
#include "tests/harness/phone_voice.h"

namespace benari::e2e {

struct SoftPhoneOptions {
  std::string codec = "alaw";  // the only one it offers, or takes
  double tone_hz = 400;        // what it says; a multiple of 50
  uint16_t sip_port = 0;       // 0: a free one
};

// A phone for what SIPp cannot do: four codecs, chosen RTP sequence numbers, hold, keys, and analysis of the
// audio that it receives. It places or answers one call at a time on the loopback interface. A thread of its
// own handles SIP and RTP. Thread-safe.
class SoftPhone {
 public:
  // Throws if no socket can be opened.
  explicit SoftPhone(SoftPhoneOptions options);
  ~SoftPhone();
  SoftPhone(const SoftPhone&) = delete;

  Endpoint sip() const { return sip_; }
  uint16_t rtp_port() const { return rtp_port_; }
  void Call(const Endpoint& server, const std::string& number);
  // Starts to send its tone, 20 ms a packet, with this sequence number first; only during a call.
  void Speak(uint16_t first_sequence);
  void BeSilent();
  // Sends audio in its codec after the present audio, then silence; or keys (RFC 4733). Only during a call.
  void Say(const std::vector<uint8_t>& audio);
  void Press(const std::string& digits);
  // Sends a re-INVITE with this attribute of the stream: sendonly and inactive are hold, sendrecv ends it.
  void Renegotiate(const std::string& direction);
  void HangUp();
  // Forgets a call that is over, so that the next one can come.
  void Reset();

  // False when the time is over.
  bool WaitUntilUp(std::chrono::milliseconds timeout);
  bool WaitUntilOver(std::chrono::milliseconds timeout);
  bool WaitUntilSaid(std::chrono::milliseconds timeout);
  bool up();

  // Returns how long it has heard a tone of this frequency since ForgetHeard.
  std::chrono::milliseconds Heard(double hz);
  std::vector<uint8_t> HeardAudio();  // of its packets since ForgetHeard, in the order of their arrival
  // Returns when it last heard anything but silence since ForgetHeard.
  std::optional<std::chrono::steady_clock::time_point> last_loud();
  void ForgetHeard();
  uint32_t heard_ssrc();  // of the last packet
  std::string status();   // the last final answer to its requests: "SIP/2.0 200 OK"

 private:
  enum class State { kIdle, kCalling, kUp, kOver };

  void Run();
  void Send(const std::string& message);
  void BeginToSend();
  void SendPacket();
  void ReadSip();
  void ReadRtp();
  void OnRequest(const std::string& message);
  void OnResponse(const std::string& message);
  void TakeAnswer(const std::string& message);
  std::string Request(const std::string& method, int sequence, const std::string& body) const;
  std::string Reply(const std::string& request, const std::string& status, const std::string& body) const;
  std::string Sdp(const std::string& direction) const;
  void Become(State state);
  bool WaitFor(const std::function<bool()>& condition, std::chrono::milliseconds timeout);

  const SoftPhoneOptions options_;
  const Codec codec_;
  int sip_fd_ = -1;
  int rtp_fd_ = -1;
  Endpoint sip_;
  uint16_t rtp_port_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kIdle;
  bool ending_ = false;  // this object
  Endpoint server_;      // where its requests go
  std::string to_;       // header of its requests
  std::string from_;
  std::string target_;  // URI of its requests
  std::string call_id_;
  int sequence_ = 1;     // CSeq
  std::string pending_;  // a request without an answer, repeated
  std::chrono::steady_clock::time_point repeat_at_{};
  Endpoint peer_;  // RTP
  int payload_type_;
  PhoneVoice voice_;
  std::chrono::steady_clock::time_point next_packet_{};
  std::vector<std::vector<uint8_t>> heard_;
  std::optional<std::chrono::steady_clock::time_point> last_loud_;
  uint32_t heard_ssrc_ = 0;
  std::string status_;
  std::thread thread_;
};

}  // namespace benari::e2e
