#include "control/http/peers.h"

#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/address_book.h"
#include "common/net/http_exchange.h"
#include "common/net/remote.h"
#include "common/net/transport.h"
#include "control/http/live_view.h"
#include "control/loop/when_all.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

using net::ConnectProblem;

constexpr char kPath[] = "/summary";

std::string DescribeProblem(const net::ConnectFailure& failure) {
  switch (failure.problem) {
    case ConnectProblem::kNameNotResolved:
      return absl::StrCat("its name does not resolve: ", failure.detail);
    case ConnectProblem::kRefused:
      return "nothing listens there";
    case ConnectProblem::kNotHttp:
      return absl::StrCat("does not speak HTTP: ", failure.detail);
    case ConnectProblem::kClosedByServer:
      return "closed the connection within its answer";
    default:
      return failure.detail;
  }
}

std::string DescribeStatus(int status) {
  const std::string text = absl::StrCat("answered ", status, " ", net::ReasonPhrase(status));
  if (status == 404) return absl::StrCat(text, ": is a control there, of this version?");
  if (status == 421) return absl::StrCat(text, ": the name is not among its --metrics_hosts");
  return text;
}

}  // namespace

absl::StatusOr<std::vector<net::Url>> ParsePeers(const std::vector<std::string>& texts) {
  if (texts.size() > Peers::kMost)
    return absl::InvalidArgumentError(absl::StrCat("accepted are at most ", Peers::kMost));
  std::vector<net::Url> peers;
  for (const std::string& text : texts) {
    auto url = net::ParseUrl(text, {"http"});
    if (!url.ok() || (!url->target.empty() && url->target != "/"))
      return absl::InvalidArgumentError(
          absl::StrCat(absl::StrContains(text, '@') ? "" : absl::StrCat("'", text, "': "),  // no password
                       "accepted is http://HOST:PORT, without a user or a path"));
    url->target.clear();
    for (const net::Url& other : peers) {
      if (other.ToString() == url->ToString())
        return absl::InvalidArgumentError(absl::StrCat("'", text, "' is there twice"));
    }
    peers.push_back(*std::move(url));
  }
  return peers;
}

Peers::Peers(asio::any_io_executor executor, const std::vector<net::Url>& urls, const Clock& clock,
             PeerLimits limits)
    : executor_(std::move(executor)), clock_(clock), limits_(limits) {
  for (const net::Url& url : urls) {
    auto remote = std::make_shared<net::Remote>();
    remote->url = url;
    remote->addresses = std::make_shared<net::AddressBook>();
    peers_.emplace_back().remote = std::move(remote);
  }
}

asio::awaitable<void> Peers::Refresh() {
  const Clock::Time now = clock_.Now();
  if (peers_.empty() || asking_ || (asked_.has_value() && now - *asked_ < limits_.fresh)) co_return;
  asking_ = true;
  asked_ = now;
  std::vector<asio::awaitable<void>> requests;
  for (Peer& peer : peers_) requests.push_back(Ask(&peer));
  asio::awaitable<void> all = WhenAll(executor_, std::move(requests));
  co_await std::move(all);
  asking_ = false;
}

asio::awaitable<void> Peers::Ask(Peer* peer) {
  asio::awaitable<absl::StatusOr<std::string>> fetching = Fetch(peer->remote);
  const absl::StatusOr<std::string> text = co_await std::move(fetching);
  ++version_;
  if (!text.ok()) {
    peer->problem = std::string(text.status().message());
    co_return;
  }
  absl::StatusOr<PeerSummary> summary = ParsePeerSummary(*text, LiveView::kMostSummaryCalls);
  if (!summary.ok()) {
    peer->problem = absl::StrCat("its answer cannot be read: ", summary.status().message());
    co_return;
  }
  peer->problem.clear();
  const bool served = peer->summary.has_value() && !peer->summary->stands_by &&
                      clock_.Now() - peer->heard_at < limits_.serving;
  if (served && summary->stands_by) co_return;
  peer->summary = *std::move(summary);
  peer->heard_at = clock_.Now();
}

asio::awaitable<absl::StatusOr<std::string>> Peers::Fetch(std::shared_ptr<const net::Remote> remote) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = kPath;
  request.headers = {{"Host", remote->url.HostHeader()}, {"Connection", "close"}};
  const auto transport = std::make_shared<net::Transport>(executor_, remote);
  const auto timed_out = std::make_shared<bool>(false);
  asio::steady_timer limit(executor_, limits_.time);
  limit.async_wait([transport, timed_out](const boost::system::error_code& error) {
    if (error) return;
    *timed_out = true;
    transport->Close();
  });
  net::HttpAnswer answer;
  asio::awaitable<std::optional<net::ConnectFailure>> connecting = transport->Connect();
  std::optional<net::ConnectFailure> failure = co_await std::move(connecting);
  if (!failure.has_value()) {
    asio::awaitable<net::HttpAnswer> exchange = net::Exchange(*transport, request, limits_.answer_bytes);
    answer = co_await std::move(exchange);
    failure = answer.failure;
  }
  limit.cancel();
  transport->Close();
  if (*timed_out)
    co_return absl::UnavailableError(absl::StrCat("no whole answer within ", limits_.time.count(), " ms"));
  if (answer.status != 0 && answer.status != 200)
    co_return absl::UnavailableError(DescribeStatus(answer.status));
  if (answer.too_large)
    co_return absl::UnavailableError(
        absl::StrCat("its answer has more than ", limits_.answer_bytes, " bytes"));
  if (!answer.complete) co_return absl::UnavailableError(DescribeProblem(*failure));
  co_return std::move(answer.body);
}

Json Peers::ToJson(const std::string& own_instance) const {
  Json all = Json::array();
  for (const Peer& peer : peers_) {
    if (peer.summary.has_value() && peer.problem.empty() && peer.summary->instance == own_instance) continue;
    Json json = {{"url", peer.remote->url.ToString()}, {"problem", peer.problem}};
    if (peer.summary.has_value()) {
      const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now() - peer.heard_at);
      json["heard_ms_ago"] = age.count();
      for (const auto& [name, value] : peer.summary->shown->items()) json[name] = value;
    }
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace benari::control
