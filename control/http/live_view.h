#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "control/http/calls_json.h"
#include "control/http/peers.h"

namespace benari::control {

// What the live page shows of this process.
struct About {
  std::string app;
  std::string owner;
  std::string version;
  std::string asterisk;  // its URL
  size_t max_calls = 0;
  std::string instance;  // differs after a restart
};

enum class ServiceState { kServing, kWaitingForAsterisk, kDraining, kStandingBy };

// The state of control as JSON for the live page: complete, or what has changed since one reader's last read.
// Confined to the control loop.
class LiveView {
 public:
  struct Sources {
    const CallHistory& history;
    const MediaNodes& nodes;
    const MediaStats& stats;
    const Peers& peers;
    const Clock& clock;
    std::function<ServiceState()> state;
  };

  // The position of one reader.
  struct Cursor {
    std::optional<uint64_t> history;  // version; nullopt: nothing yet
    uint64_t forgotten = 0;           // of the history, when the reader began
    uint64_t stats = 0;               // version
    uint64_t peers = 0;               // likewise
    std::string status, nodes;        // as last sent
    Clock::Time last{};               // anything was sent
  };

  static constexpr size_t kMostCalls =
      1000;  // in one answer or change; the rest of a change follows in the next
  static constexpr size_t kMostSummaryCalls = 100;
  static constexpr std::chrono::seconds kHeartbeat{5};

  LiveView(About about, Sources sources) : about_(std::move(about)), sources_(std::move(sources)) {}

  std::string Status() const;
  std::string Calls() const;
  std::optional<std::string> Call(const std::string& id) const;  // nullopt: there is none
  std::string Nodes() const;
  // Returns what the page of another control shows of this one: at most kMostSummaryCalls calls, by id.
  std::string Summary() const;
  std::string PeersText() const;
  const About& about() const { return about_; }

  // Returns the changes since `cursor` as one object, only the time after kHeartbeat without a change, or ""
  // if there is nothing to send.
  std::string Changes(Cursor& cursor) const;

 private:
  Json StatusJson() const;
  void AddCalls(Cursor& cursor, Json& changes) const;

  const About about_;
  const Sources sources_;
};

}  // namespace benari::control
