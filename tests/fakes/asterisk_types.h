#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/endpoint.h"
#include "control/ari/client.h"
#include "control/ari/events.h"

// The values that the model of Asterisk consists of.
namespace benari::fakes {

// When the events that a request causes are sent, relative to the response.
enum class Order { kDrawn, kEventsFirst, kAnswerFirst };

struct AsteriskOptions {
  uint64_t seed = 1;
  std::string version = "22.10.1";
  Order order = Order::kDrawn;
  // The longest that may be drawn: between two state changes, from a change to its event, from a request to
  // its answer.
  std::chrono::milliseconds max_step{3};
  std::chrono::milliseconds max_event_delay{1};
  std::chrono::milliseconds max_answer_delay{4};
  // ExternalMedia or an originated channel for an app without a subscriber: does the channel stay, or end by
  // itself? Both were measured. Absent: drawn each time.
  std::optional<bool> unserved_app_keeps_channel;
  // Is the connection of a replaced subscriber closed? Both were measured. Absent: drawn each time.
  std::optional<bool> replaced_is_closed;
  // How long a channel lives that went on in the dial plan.
  std::chrono::milliseconds continued_call{1000};
  std::chrono::milliseconds clock_ahead{0};  // of the callers' time
  // Where an ExternalMedia channel's RTP comes from. Absent: 127.0.0.1 and even ports from 20000 on.
  std::function<Endpoint(const std::string& channel_id)> open_rtp;
};

enum class ChannelKind {
  kCaller,         // came in from a phone
  kExternalMedia,  // UnicastRTP
  kDialled,        // originated: the ;1 half of a Local channel, or a trunk's channel
  kLocalFar,       // the ;2 half, which runs the dial plan
  kReplacement,    // the ;1 half that took the place of a channel whose phone transferred the call
};

struct ChannelRecord {
  control::ari::Channel ari;
  ChannelKind kind = ChannelKind::kCaller;
  std::string creationtime;
  std::string caller_name;
  std::string caller_number;
  std::string context;
  std::string exten;
  std::string app;       // the Stasis app it is in, or meant for
  std::string app_args;  // comma separated
  std::string other_half;
  int retries = 0;  // Stasis() is run again this often after the app sent the caller on in the dial plan
  std::string bridge_id;        // empty: in none
  Endpoint external_host;       // of ExternalMedia
  std::string format;           // of ExternalMedia
  bool elsewhere = false;       // was moved to another application
  bool in_stasis = false;       // between StasisStart and StasisEnd
  bool subscribed = false;      // the app hears of it
  bool dying = false;           // hung up, its end is under way
  bool hears_ringing = false;   // by request, and nothing else
  bool hears_music = false;     // the same
  std::string keys;             // that the app sent to it
  std::string playback_id;      // of what it is played; empty: nothing
  bool playback_stops = false;  // by request, in a moment
  bool transferred = false;     // its phone transferred the call: out of the bridge, and waits for a hang-up
  int cause = 16;               // Q.850, of its end
  uint64_t serial = 0;          // tells a channel from a later one of the same id
};

struct BridgeRecord {
  control::ari::Bridge ari;
  // Joins less moves away. A hang-up does not lower it; the app hears BridgeDestroyed while it is above 0.
  int interest = 0;
  std::string app;
  uint64_t serial = 0;
};

inline constexpr char kHangupRequest[] = "ChannelHangupRequest";

// One event with everything that Asterisk's JSON shows of it.
struct Notice {
  control::ari::Event event;  // UnknownEvent: of a type that control does not act on
  std::string app;
  Clock::WallTime at;
  std::optional<ChannelRecord> channel;
  std::optional<BridgeRecord> bridge;
  // Of a hang-up that was asked for (kHangupRequest): Q.850, and whether within Asterisk.
  std::optional<int> requested_cause;
  bool soft = false;
};

// The response to a request: a value with 2xx, or the status and Asterisk's message.
template <typename T>
struct Answer {
  using Value = T;
  int status = 200;
  std::string message;
  T value{};
  bool ok() const { return status / 100 == 2; }
};
struct Nothing {};

// The behaviour of a dialled number.
struct Destination {
  enum class Kind { kAnswers, kBusy, kCongestion, kUnknown, kUnallocated, kRings, kUnroutable };

  static Destination Answers(Clock::Duration after = {}) { return {Kind::kAnswers, after, {}}; }
  static Destination HangsUp(Clock::Duration after_answer, Clock::Duration answers_after = {}) {
    return {Kind::kAnswers, answers_after, after_answer};
  }
  static Destination Busy() { return {Kind::kBusy, {}, {}}; }                // cause 17
  static Destination Congestion() { return {Kind::kCongestion, {}, {}}; }    // cause 34
  static Destination Unknown() { return {Kind::kUnknown, {}, {}}; }          // no such extension
  static Destination Unallocated() { return {Kind::kUnallocated, {}, {}}; }  // Hangup(1)
  static Destination Rings() { return {Kind::kRings, {}, {}}; }              // and never answers
  static Destination Unroutable() { return {Kind::kUnroutable, {}, {}}; }    // 500 at once

  Kind kind = Kind::kAnswers;
  Clock::Duration answers_after{};  // it rings meanwhile, unless 0
  std::optional<Clock::Duration> hangs_up_after;
};

struct CallerArgs {
  std::string app = "voicebot1";
  std::vector<std::string> args = {"inbound"};
  std::string number = "3308487";
  std::string caller_number = "phone";
  bool answered = true;  // the dial plan answered before Stasis()
  int retries = 0;       // how often the dial plan runs Stasis() again after ContinueInDialplan
};

// How a channel ended.
struct Ended {
  int cause = 0;           // Q.850
  bool by_itself = false;  // the far end hung up, not a request
  Clock::Time at;
  std::string continued_at;  // "context,extension" of ContinueInDialplan; "," without either
  std::map<std::string, std::string> variables = {};  // that were set
};

// "1001" of "Local/1001@default/n".
std::string DialledNumber(const std::string& endpoint);
// As Asterisk writes it: 2026-01-31T12:00:00.000+0000.
std::string Iso8601(Clock::WallTime time);
// Q.850 cause of a hang-up reason as ARI spells it; 0: no such reason.
int CauseOf(const std::string& reason);
std::string CauseText(int cause);

}  // namespace benari::fakes
