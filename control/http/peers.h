#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "common/net/url.h"
#include "control/http/peer_summary.h"

namespace benari::net {
struct Remote;
}

namespace benari::control {

// Reads --peers: http://HOST[:PORT], separated by commas, each once. INVALID_ARGUMENT names the one with the
// mistake. Pure.
absl::StatusOr<std::vector<net::Url>> ParsePeers(const std::vector<std::string>& texts);

struct PeerLimits {
  std::chrono::milliseconds time{2000};  // of one request, from the look-up of the name to the whole answer
  size_t answer_bytes = 128 << 10;
  std::chrono::milliseconds fresh{1000};  // answers are asked for again after this time
  // Behind one name there may be several processes, such as the pods of a Service. For this time after the
  // one that serves was heard, those that stand by are not shown in its place.
  std::chrono::milliseconds serving{10000};
};

// The other controls of --peers, as they tell of themselves. They are displayed only, so they are asked only
// while somebody views them, and nothing is ever asked of a peer's peers. Confined to the control loop.
class Peers {
 public:
  static constexpr size_t kMost = 16;

  Peers(boost::asio::any_io_executor executor, const std::vector<net::Url>& urls, const Clock& clock,
        PeerLimits limits = {});

  // Asks all of them concurrently, unless that was done within PeerLimits::fresh or is under way. Never
  // throws. The object outlives the awaitable.
  boost::asio::awaitable<void> Refresh();

  uint64_t version() const { return version_; }  // grows with each answer

  // Returns an array of one object a peer, in the order of --peers. One that answers with `own_instance` is
  // this process itself, and is left out.
  Json ToJson(const std::string& own_instance) const;

 private:
  struct Peer {
    std::shared_ptr<const net::Remote> remote;
    std::string problem = "not asked yet";  // "": the last request was answered
    std::optional<PeerSummary> summary;     // of the last answer, even if there was a problem since
    Clock::Time heard_at{};                 // of that answer
  };

  boost::asio::awaitable<void> Ask(Peer* peer);
  boost::asio::awaitable<absl::StatusOr<std::string>> Fetch(std::shared_ptr<const net::Remote> remote);

  const boost::asio::any_io_executor executor_;
  const Clock& clock_;
  const PeerLimits limits_;
  std::vector<Peer> peers_;
  uint64_t version_ = 0;
  bool asking_ = false;
  std::optional<Clock::Time> asked_;
};

}  // namespace benari::control
