#include "control/nodes/media_stats.h"

#include <utility>
#include <vector>

#include "control/loop/when_all.h"

namespace benari::control {

namespace asio = boost::asio;

MediaStats::MediaStats(asio::any_io_executor executor, MediaClient& media, const MediaNodes& nodes,
                       const Clock& clock, const Ids& ids)
    : executor_(std::move(executor)), media_(media), nodes_(nodes), clock_(clock), ids_(ids) {}

asio::awaitable<void> MediaStats::Refresh() {
  const Clock::Time now = clock_.Now();
  if (asking_ || (asked_.has_value() && now - *asked_ < kFresh)) co_return;
  asking_ = true;
  asked_ = now;
  Sessions found;
  std::vector<asio::awaitable<void>> requests;
  for (const auto& [address, node] : nodes_.Processes()) {
    if (node->up) requests.push_back(Ask(address, &found));
  }
  asio::awaitable<void> all = WhenAll(executor_, std::move(requests));
  co_await std::move(all);
  sessions_ = std::move(found);
  ++version_;
  asking_ = false;
}

asio::awaitable<void> MediaStats::Ask(std::string node, Sessions* found) {
  NodeSessions held;
  try {
    held = co_await media_.ListSessions(node);
  } catch (const MediaError&) {
    co_return;  // LeaseKeeper reports that
  }
  for (SessionInfo& info : held.sessions) {
    const auto id = ids_.Parse(info.lease_id);
    if (!id.has_value()) continue;
    Session& session = (*found)[id->call_id];
    if (session.number < id->number) session = Session{node, id->number, std::move(info)};
  }
}

}  // namespace benari::control
