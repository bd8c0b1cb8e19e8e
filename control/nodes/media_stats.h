#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/clock.h"
#include "control/nodes/media_client.h"
#include "control/nodes/media_nodes.h"
#include "control/record/ids.h"

namespace benari::control {

// Packet counts, loss and jitter of our calls' sessions, as the media nodes report them. They are displayed
// only, so nodes are queried only while somebody views them. Confined to the control loop.
class MediaStats {
 public:
  struct Session {
    std::string node;  // its address
    int number = 0;    // of the call's media
    SessionInfo info;
  };

  static constexpr std::chrono::milliseconds kFresh{1000};

  MediaStats(boost::asio::any_io_executor executor, MediaClient& media, const MediaNodes& nodes,
             const Clock& clock, const Ids& ids);

  // Queries all nodes that are up concurrently, unless that was done within kFresh or is under way. Never
  // throws. The object outlives the awaitable.
  boost::asio::awaitable<void> Refresh();

  const std::map<std::string, Session>& sessions() const { return sessions_; }  // by call id, its newest one
  uint64_t version() const { return version_; }                                 // grows with each answer

 private:
  using Sessions = std::map<std::string, Session>;

  boost::asio::awaitable<void> Ask(std::string node, Sessions* found);

  boost::asio::any_io_executor executor_;
  MediaClient& media_;
  const MediaNodes& nodes_;
  const Clock& clock_;
  const Ids& ids_;
  Sessions sessions_;
  uint64_t version_ = 0;
  bool asking_ = false;
  std::optional<Clock::Time> asked_;
};

}  // namespace benari::control
