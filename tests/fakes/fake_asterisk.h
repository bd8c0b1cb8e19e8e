#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/endpoint.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/http_server.h"
#include "tests/fakes/rtp_legs.h"

namespace benari::fakes {

struct FakeAsteriskOptions {
  Endpoint listen{"127.0.0.1", 0};
  std::string user = "benari";
  std::string password = "secret";
  HttpLimits limits;
  std::string rtp_bind = "127.0.0.1";
  bool record = false;          // keep what callers hear
  bool speaks_at_once = false;  // a caller's first packet leaves as soon as the bridge has both
  uint32_t speaks_every = 1;    // sends every so many 20 ms frames, for many calls on a slow machine
  uint32_t pauses = 0;  // callers speak for so many frames, and are silent for as many; 0: they never are
  AsteriskOptions model;
  // What happens, as it happens; called on the fake's thread.
  std::function<void(const Notice&)> on_event;
  std::function<void(const HttpRequest&, int status)> on_request;
};

// The model of Asterisk behind real sockets, in real time, with a thread of its own: HTTP with Basic
// authentication, the event WebSocket (with REST over it), and RTP of ExternalMedia channels. Serves from
// construction to destruction. Thread-safe.
class FakeAsterisk {
 public:
  // Throws std::system_error when it cannot listen.
  explicit FakeAsterisk(FakeAsteriskOptions options);
  ~FakeAsterisk();
  FakeAsterisk(const FakeAsterisk&) = delete;

  Endpoint http() const;
  std::string url() const { return "http://" + http().ToString() + "/ari"; }

  // The phones.
  std::string PlaceCall(const CallerArgs& args = {});
  void HangUpCaller(const std::string& channel_id);
  void HangUpDestination(const std::string& channel_id);
  void SetDestination(const std::string& number, const Destination& destination);

  // Faults.
  void SetAnswerDelay(std::chrono::milliseconds delay);  // of every answer from now on
  void DropWebSocket();                                  // without a close frame; everything else stays
  void Stop();                                           // connections refused, all calls gone
  void Start();                                          // after Stop, on the same port
  void Restart() {
    Stop();
    Start();
  }

  // State.
  bool Serves(const std::string& app) const;
  Heard CallerHeard(const std::string& caller_id) const;
  std::optional<Ended> EndOf(const std::string& channel_id) const;
  std::string Leftovers() const;
  size_t open_rtp_sockets() const;
  int http_connections() const;
  int refused_connections() const;
  // Looks at the model on the fake's thread.
  void Inspect(const std::function<void(const AsteriskModel&)>& look) const;
  // Returns false if `holds` was not true within `patience`.
  bool WaitUntil(const std::function<bool(const AsteriskModel&)>& holds,
                 std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace benari::fakes
