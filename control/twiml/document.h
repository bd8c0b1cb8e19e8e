#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

// TwiML (Twilio Markup Language): what the answer of a webhook asks to be done with a call. Pure.
namespace benari::control::twiml {

enum class Method { kPost, kGet };

// Of a webhook; relative ones mean relative to the URL of the document, and "" is none.
struct Callback {
  std::string url;
  Method method = Method::kPost;

  bool operator==(const Callback&) const = default;
};

// <Connect><Stream>: the caller talks to a bot.
struct ConnectStream {
  std::string url;
  std::string name;
  std::map<std::string, std::string> parameters;
  Callback status;  // is told when the stream starts, stops or fails
  Callback action;  // is asked what to do next, in the place of the next verb

  bool operator==(const ConnectStream&) const = default;
};

enum class TargetKind { kNumber, kSip };
enum class DialEvent { kInitiated, kRinging, kAnswered, kCompleted };

struct Target {
  TargetKind kind = TargetKind::kNumber;
  std::string address;  // as it stands: "+1 (415) 555-0100", "sip:bob@example.com"
  Callback status;      // is told of `events`
  std::set<DialEvent> events = {DialEvent::kCompleted};

  bool operator==(const Target&) const = default;
};

// <Dial>: all of `targets` are dialled at once, and the caller is connected to the first one that answers.
// There is at least one.
struct Dial {
  std::vector<Target> targets;
  std::string caller_id;  // "": the caller's own
  std::chrono::seconds timeout{30};
  Callback action;

  bool operator==(const Dial&) const = default;
};

struct Hangup {
  bool operator==(const Hangup&) const = default;
};

enum class RejectReason { kRejected, kBusy };

// <Reject>: the caller is hung up on without having been answered.
struct Reject {
  RejectReason reason = RejectReason::kRejected;

  bool operator==(const Reject&) const = default;
};

struct Pause {
  std::chrono::seconds length{1};

  bool operator==(const Pause&) const = default;
};

// <Redirect>: the call goes on with another document; "" is the URL of this one.
struct Redirect {
  Callback target;

  bool operator==(const Redirect&) const = default;
};

struct Play {
  std::string sound;
  int loop = 1;  // 0: until the caller hangs up

  bool operator==(const Play&) const = default;
};

struct Say {
  std::string text;
  std::string voice;
  std::string language;
  int loop = 1;  // 0: until the caller hangs up

  bool operator==(const Say&) const = default;
};

using Verb = std::variant<ConnectStream, Dial, Hangup, Reject, Pause, Redirect, Play, Say>;

// "Connect", "Dial" … as in a document.
const char* NameOf(const Verb& verb);

struct Document {
  std::vector<Verb> verbs;            // are run in this order
  std::vector<std::string> warnings;  // one line each: what is not understood, and is left out
};

}  // namespace benari::control::twiml
