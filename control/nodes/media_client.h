#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/endpoint.h"
#include "control/nodes/processor.h"

// The port through which control speaks to media nodes. Pure: no gRPC type. A node is named by the address
// ("host:port") of its gRPC server.
namespace benari::control {

inline constexpr size_t kMaxKeepAliveIds = 10000;  // a node refuses more in one request
inline constexpr uint64_t kMaxEpoch = std::numeric_limits<int64_t>::max();  // a node refuses higher ones

enum class MediaErrorKind {
  kUnavailable,   // no connection, or the node drains
  kTimeout,       // no answer within the deadline; the request may have had its effect
  kExhausted,     // no port is free, or the rate limit of our owner is exceeded
  kNotFound,      // no such lease
  kFenced,        // a later epoch of our owner name was seen
  kForeign,       // another owner's; of StartSession: the node may not dial the bot
  kOtherSession,  // another session runs on the lease
  kWrongState,    // such as no session to stop
  kOther,
};

class MediaError : public std::runtime_error {
 public:
  MediaError(MediaErrorKind k, const std::string& what) : std::runtime_error(what), kind(k) {}
  MediaErrorKind kind;
};

struct Lease {
  std::string lease_id;
  std::string node;  // address of the node that holds it
  Endpoint rtp;      // where Asterisk sends RTP to
};

struct SessionRequest {
  SessionRequest(std::string id, Endpoint p, Processor what = Echo())
      : lease_id(std::move(id)), peer(std::move(p)), processor(std::move(what)) {}
  std::string lease_id;
  Endpoint peer;  // where Asterisk's RTP comes from
  Processor processor;
  uint32_t payload_type = 8;
  uint32_t clock_rate_hz = 8000;
};

enum class SessionState { kLeased, kRunning, kStopped };

struct SessionInfo {
  std::string lease_id;
  Endpoint rtp;
  Endpoint peer;
  SessionState state = SessionState::kLeased;
  std::string diagnosis;       // "nothing_arrived", "stranger", … ; empty: media flows
  std::string diagnosis_text;  // for a person
  uint64_t received_packets = 0;
  uint64_t sent_packets = 0;
  int64_t lost_packets = 0;
  double jitter_ms = 0;
  std::optional<BotInfo> bot;  // of a session that runs one
};

struct NodeStatus {
  std::string name;
  std::string instance_id;  // differs after a restart, which loses all leases
  bool draining = false;
  uint32_t ports_total = 0;
  uint32_t ports_free = 0;
  std::vector<std::string> unknown_lease_ids;
};

struct NodeSessions {
  std::vector<SessionInfo> sessions;
  uint64_t owner_epoch = 0;                    // the latest that the node has seen of our owner; 0: none
  std::chrono::milliseconds owner_silence{0};  // since the latest request with that epoch
};

enum class SessionEventKind {
  kStarted,
  kMediaFlowing,
  kMediaMissing,
  kStopped,
  kReleased,
  kLeaseExpired,
  kBotReady,  // for the first time, or again
  kBotLost,   // it is dialled again
  kFinished,  // the processor is, and the session runs on: see session.bot
};

struct SessionEvent {
  SessionEventKind kind = SessionEventKind::kStarted;
  SessionInfo session;
};

// A running watch. Destroying it ends the watch; no handler is called afterwards.
class Watch {
 public:
  virtual ~Watch() = default;
};

// Every request completes within its own deadline and throws MediaError unless the node answered OK.
// Confined to the control loop.
class MediaClient {
 public:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  virtual ~MediaClient() = default;

  // Sets the epoch of all later requests, unless it is higher already. An instance that takes over raises it
  // above every epoch that a node has seen.
  virtual void RaiseEpoch(uint64_t epoch) = 0;
  virtual uint64_t epoch() const = 0;

  virtual Awaitable<Lease> LeasePort(std::string node, std::string lease_id) = 0;
  virtual Awaitable<SessionInfo> ReleasePort(std::string node, std::string lease_id) = 0;
  virtual Awaitable<SessionInfo> StartSession(std::string node, SessionRequest request) = 0;
  virtual Awaitable<SessionInfo> StopSession(std::string node, std::string lease_id) = 0;
  // To the bot of the session, in the order of these requests: each is awaited before the next.
  virtual Awaitable<void> SendDigit(std::string node, std::string lease_id, Digit digit) = 0;
  // Takes leave of the bot of the session: it is finished, with BotEnd::kClosed, once what it has queued was
  // played.
  virtual Awaitable<void> CloseBot(std::string node, std::string lease_id) = 0;
  virtual Awaitable<NodeStatus> KeepAlive(std::string node, std::vector<std::string> lease_ids) = 0;
  virtual Awaitable<NodeSessions> ListSessions(std::string node) = 0;  // of our owner name, all pages

  // `on_event` for each event of our sessions, `on_end` once when the stream ends (not when the Watch
  // goes).
  virtual std::unique_ptr<Watch> WatchSessions(std::string node,
                                               std::function<void(const SessionEvent&)> on_event,
                                               std::function<void(const std::string& why)> on_end) = 0;
};

}  // namespace benari::control
