#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/endpoint.h"

// The port of calls to Asterisk's REST interface, without a dependency on sockets or JSON.
namespace benari::control::ari {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

enum class ErrorKind {
  kUnreachable,  // no connection; the request may or may not have had its effect
  kTimeout,      // no answer within the request's deadline; it may have had its effect as well
  kHttp,         // an answer other than 2xx: see status
  kOverloaded,   // never sent: the queue is full, or it was queued for too long
  kMalformed,    // a 2xx whose body could not be parsed
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind k, int s, const std::string& what) : std::runtime_error(what), kind(k), status(s) {}
  bool not_found() const { return kind == ErrorKind::kHttp && status == 404; }
  bool never_sent() const { return kind == ErrorKind::kOverloaded; }
  // Asterisk is not reachable, or slow: the error does not concern the resource of the request.
  bool unanswered() const {
    return kind == ErrorKind::kUnreachable || kind == ErrorKind::kTimeout || kind == ErrorKind::kOverloaded;
  }

  ErrorKind kind;
  int status;  // of HTTP; 0 unless kind is kHttp
};

struct Channel {
  std::string id;
  std::string name;   // "PJSIP/trunk-00000001"
  std::string state;  // "Down", "Ring", "Ringing", "Up", "Busy" …
  std::map<std::string, std::string> channelvars;
  std::vector<std::string> app_args;  // of Stasis(), after the application; from dialplan.app_data
  std::string caller_number;          // of whom the channel leads to; empty: withheld, or not known
  std::string extension;              // of the dial plan, where the channel is
};

struct Bridge {
  std::string id;
  std::string name;          // as it was created with; may be empty
  std::string creationtime;  // ISO 8601 as Asterisk writes it: 2026-01-31T12:00:00.000+0000
  std::vector<std::string> channel_ids;
};

struct Application {
  std::string name;
  std::vector<std::string> channel_ids;
  std::vector<std::string> bridge_ids;
};

struct ExternalMediaRequest {
  ExternalMediaRequest(std::string id, std::string fmt, Endpoint host)
      : channel_id(std::move(id)), format(std::move(fmt)), external_host(std::move(host)) {}
  std::string channel_id;
  std::string format;      // "alaw"
  Endpoint external_host;  // where Asterisk sends RTP to
};

struct OriginateRequest {
  OriginateRequest(std::string id, std::string ep) : channel_id(std::move(id)), endpoint(std::move(ep)) {}
  std::string channel_id;
  std::string endpoint;  // "Local/4438007@default/n", "PJSIP/4438007@trunk"
  std::string app_args;
  std::string caller_id;  // empty: Asterisk's default
  std::string formats;    // "alaw"
  int timeout_s = 30;     // of ringing
};

// Every request completes within its own deadline and throws ari::Error unless Asterisk answered 2xx.
// Confined to the control loop.
class Client {
 public:
  virtual ~Client() = default;

  virtual Awaitable<Channel> CreateExternalMedia(ExternalMediaRequest request) = 0;
  virtual Awaitable<Channel> Originate(OriginateRequest request) = 0;
  // `reason` is one of ARI's (normal, busy, congestion, no_answer, unallocated …), or a Q.850 cause in
  // digits; an Asterisk without `reason_code` hangs up with a normal clearing then.
  virtual Awaitable<void> HangUp(std::string channel_id, std::string reason) = 0;
  // Continues in the dial plan at `context`,`extension`,1; if they are empty, at the next priority.
  virtual Awaitable<void> ContinueInDialplan(std::string channel_id, std::string context,
                                             std::string extension) = 0;
  // Answers a channel that rings, as Answer() in the dial plan. Has no effect on one that is up.
  virtual Awaitable<void> AnswerChannel(std::string channel_id) = 0;
  // The channel hears ringing: from its own phone while it rings itself, as a tone once it is up. Then
  // nothing else is heard until StopRinging.
  virtual Awaitable<void> Ring(std::string channel_id) = 0;
  virtual Awaitable<void> StopRinging(std::string channel_id) = 0;
  // Music on hold, of the class that the channel's CHANNEL(musicclass) names; heard until StopMusic.
  virtual Awaitable<void> StartMusic(std::string channel_id) = 0;
  virtual Awaitable<void> StopMusic(std::string channel_id) = 0;
  // Plays "sound:NAME" or "tone:NAME" to a channel, also in a bridge; PlaybackFinished of `playback_id`
  // follows, of a tone only once it is stopped.
  virtual Awaitable<void> Play(std::string channel_id, std::string playback_id, std::string media) = 0;
  // 404 if it has finished.
  virtual Awaitable<void> StopPlayback(std::string playback_id) = 0;
  // Sends keys (0-9 * # A-D) to the far end of a channel.
  virtual Awaitable<void> SendDtmf(std::string channel_id, std::string digits) = 0;
  // A variable of the channel, for the dial plan.
  virtual Awaitable<void> SetVariable(std::string channel_id, std::string name, std::string value) = 0;
  virtual Awaitable<Channel> GetChannel(std::string channel_id) = 0;
  virtual Awaitable<std::vector<Channel>> ListChannels() = 0;

  virtual Awaitable<Bridge> CreateBridge(std::string bridge_id, std::string name) = 0;  // of type mixing
  virtual Awaitable<void> DestroyBridge(std::string bridge_id) = 0;
  virtual Awaitable<void> AddToBridge(std::string bridge_id, std::vector<std::string> channel_ids) = 0;
  virtual Awaitable<Bridge> GetBridge(std::string bridge_id) = 0;
  virtual Awaitable<std::vector<Bridge>> ListBridges() = 0;

  virtual Awaitable<Application> GetApplication(std::string name) = 0;

  // Asterisk's own version, with its packager's suffix: "22.10.1~dfsg+~cs6.17.60671435-1".
  virtual Awaitable<std::string> GetVersion() = 0;
  // Returns how far Asterisk's clock is ahead of this machine's; 0: less than about a second, or not known.
  virtual std::chrono::milliseconds ClockAhead() const { return {}; }

  // Returns true if requests are queued for so long that no new call should be started.
  virtual bool Overloaded() const { return false; }
};

}  // namespace benari::control::ari
