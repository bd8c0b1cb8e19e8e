#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/app/stasis_app.h"
#include "control/call/call_config.h"
#include "control/nodes/lease_keeper.h"
#include "tests/fakes/asterisk_types.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/fake_webhooks.h"
#include "tests/fakes/model_node.h"
#include "tests/fakes/random.h"
#include "tests/sim/dimensions.h"

// All that happens in one simulated run, drawn from its seed before it begins. Plain values.
namespace benari::sim {

// Callers are looked at this often.
inline constexpr std::chrono::milliseconds kLookInterval(250);

enum class DisasterKind {
  kKillControl,            // kill -9; the supervisor starts it again after `length`
  kStopControl,            // SIGSTOP for `length`
  kReplaceControl,         // a second instance starts
  kTerminateControl,       // SIGTERM: no new calls; those that are left after `length` are hung up
  kStopAndReplaceControl,  // a second instance starts while the first is stopped
  kKillMedia,              // kill -9; back, empty, after `length`
  kStopMedia,
  kDrainMedia,  // SIGTERM: it ends with its last lease, or after `length`
  kCutMedia,    // the network between control and that node, for `length`
  kResetMedia,  // connections break
  kKillAsterisk,
  kStopAsterisk,
  kCutAsterisk,
  kResetAsterisk,
  kSlowAsterisk,   // each answer comes two seconds late, for `length`
  kHangUpMedia,    // somebody hangs up an ExternalMedia channel
  kDestroyBridge,  // somebody destroys a call's bridge
  // These come with a dimension only.
  kFailLists,      // the lists of what Asterisk holds fail, for `length`; requests and events do not
  kSlowLists,      // each of them takes three seconds longer, for `length`
  kFailFast,       // requests to Asterisk fail at once, for `length`; the WebSocket stands
  kCutMachine,     // `machine` is cut off from Asterisk and the other one, for `length`
  kRefuseWatches,  // the node ends each watch at once, for `length`
  kLoseRenewal,    // the node's next KeepAlive gets no answer
};
inline constexpr int kDisasterKinds = 17;  // that every seed may have
std::string ToString(DisasterKind kind);

struct Disaster {
  DisasterKind kind = DisasterKind::kKillControl;
  Clock::Duration at{};
  Clock::Duration length{};
  size_t node = 0;
  size_t machine = 0;
  bool flip = false;  // stop: Asterisk closes the WebSocket meanwhile; reset: Asterisk does not hear of it

  // Until then calls may suffer from it, and no longer.
  Clock::Duration end() const;
  bool IsOfMedia() const { return kind >= DisasterKind::kKillMedia && kind <= DisasterKind::kResetMedia; }
  bool IsOfAsterisk() const {
    return (kind >= DisasterKind::kKillAsterisk && kind <= DisasterKind::kSlowAsterisk) ||
           kind == DisasterKind::kFailFast || kind == DisasterKind::kCutMachine;
  }
  bool IsOfLists() const { return kind == DisasterKind::kFailLists || kind == DisasterKind::kSlowLists; }
};

// What somebody does with a call once.
enum class MeddlingKind {
  kRedirect,       // `channel redirect` to the dial plan's line with the same app
  kTransfer,       // the caller's phone transfers it to somebody who stays for `length`
  kForeignBridge,  // the caller is added to a bridge of somebody else
  kForeignApp,     // the caller is moved to another application, and comes back after `length`
};
std::string ToString(MeddlingKind kind);

struct Meddling {
  MeddlingKind kind = MeddlingKind::kRedirect;
  Clock::Duration after{};                // the caller arrived
  std::optional<Clock::Duration> length;  // empty: for good
};

// What the API is asked to do with a call.
enum class OrderKind {
  kHangUp,
  kTransfer,  // to a number
  kDigits,    // are sent to the caller
  kDocument,  // is run in the place of what the call does
  kUrl,       // of a document
};
std::string ToString(OrderKind kind);

struct Order {
  OrderKind kind = OrderKind::kHangUp;
  Clock::Duration after{};  // the caller arrived, or the call was asked for
  std::string what;         // the number, the digits, what is between <Response> and </Response>, or the URL
};

struct Phone {
  Clock::Duration at{};
  std::optional<Clock::Duration> hangs_up_after;  // empty: it waits until the end
  fakes::Destination destination;                 // of calls that are connected from now on
  std::optional<Meddling> meddling;
  int retries = 0;  // the dial plan's, after it was sent on
  std::vector<Order> orders;
};

// A call that the API asks for.
struct DialOut {
  Clock::Duration at{};
  std::string to;             // a number of its own
  fakes::Destination callee;  // whom it meets
  Order source;               // kDocument or kUrl: what the callee hears
  std::vector<Order> orders;
};

// What befalls the other Asterisk, or its control.
enum class NeighbourTrouble {
  kNone,
  kControlDies,   // back after `length`
  kAsteriskDies,  // likewise, empty
  kGoesWild,      // its control leases ports for `length`, as fast as the nodes let it
};

// Another Asterisk, with a control of its own under another owner, on the same media nodes.
struct Neighbour {
  std::vector<Phone> phones;  // by time
  NeighbourTrouble trouble = NeighbourTrouble::kNone;
  Clock::Duration at{};
  Clock::Duration length{};
};

struct Scenario {
  uint64_t seed = 0;
  Dimensions dimensions;
  control::CallConfig call;
  control::StasisApp::Options app;
  fakes::AsteriskOptions asterisk;
  fakes::FakeMediaOptions media;
  fakes::FakeMediaClient::Options media_client;
  control::LeaseKeeper::Options keeper;
  std::map<std::string, fakes::FakeWebhookServer::Reply> documents;  // of the webhook, by URL
  std::vector<std::string> nodes;
  size_t machines = 1;        // the nodes are on them in turn, the first control on the first
  bool standbys = false;      // each machine has a control
  Clock::Duration jitter{};   // the most that the network adds, each way
  int request_faults = 0;     // of 1000 requests
  bool control_ends = false;  // in the end it is killed, and started again only when leases have run out
  std::vector<Phone> phones;  // by time
  std::vector<DialOut> dial_outs;
  std::optional<Neighbour> neighbour;
  std::vector<Disaster> disasters;

  // How long a caller may hear media, at most: what was a bot stays until the destination answers.
  Clock::Duration LongestMedia() const;
  // How long callers may take, once all is well, to talk or be gone; a webhook has them do one thing after
  // the other.
  Clock::Duration LongestSettling() const;
  // When everything has happened.
  Clock::Duration Length() const;
  bool IsDisturbed(Clock::Duration at) const;
  bool IsDisturbedBetween(Clock::Duration from, Clock::Duration to) const;
  // A machine is cut off, and nothing else is wrong.
  bool IsOnlyMachineCut(Clock::Duration at) const;
  bool IsAsteriskDisturbed(Clock::Duration at) const;
  // At some moment in between a media node does not answer because of a disaster of its own.
  bool IsNodeSilent(Clock::Duration from, Clock::Duration to) const;
  bool Has(std::initializer_list<DisasterKind> kinds) const;
  bool HasUnroutable() const;
  bool HasMeddling(MeddlingKind kind) const;
  // Calls may do what a document says, one thing after the other.
  bool RunsDocuments() const;
  // Nothing goes wrong but what phones and destinations do.
  bool IsCalm() const;
  size_t MachineOf(size_t node) const { return node % machines; }
};

fakes::Destination DrawDestination(fakes::Random& random);
Scenario Draw(uint64_t seed, const Dimensions& dimensions);
// Adds what the dimensions draw.
void Widen(Scenario& scenario, const Dimensions& dimensions);

}  // namespace benari::sim
