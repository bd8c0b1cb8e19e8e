#include "control/http/site.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/host.h"
#include "common/metrics_reply.h"
#include "control/http/page_files.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr char kCalls[] = "/calls/";

http::Reply File(const char* content_type, const char* content) {
  http::Reply reply;
  reply.content_type = content_type;
  reply.body = content;
  return reply;
}

http::Reply JsonReply(std::string text) {
  http::Reply reply;
  reply.body = std::move(text) + "\n";
  return reply;
}

http::Hooks CountIn(prometheus::Registry& registry) {
  auto& connections = prometheus::BuildGauge()
                          .Name("benari_control_http_connections")
                          .Help("Connections to control's HTTP port.")
                          .Register(registry)
                          .Add({});
  auto& limits = prometheus::BuildCounter()
                     .Name("benari_control_http_limit_reached_total")
                     .Help("Times a limit of control's HTTP port was reached, by limit.")
                     .Register(registry);
  for (const http::Limit each : http::kAllLimits) {
    if (each == http::Limit::kBodyBytes) continue;  // no body is taken
    limits.Add({{"limit", ToString(each)}});
  }
  http::Hooks hooks;
  hooks.on_connections = [&connections](size_t now) { connections.Set(static_cast<double>(now)); };
  hooks.on_limit = [&limits](http::Limit limit) { limits.Add({{"limit", ToString(limit)}}).Increment(); };
  return hooks;
}

}  // namespace

Site::Site(asio::any_io_executor executor, const LiveView& view, MediaStats& stats, Peers& peers,
           std::shared_ptr<prometheus::Registry> registry)
    : executor_(std::move(executor)),
      view_(view),
      stats_(stats),
      peers_(peers),
      registry_(std::move(registry)),
      metrics_{registry_} {}

absl::Status Site::Listen(const Endpoint& listen, http::Limits limits) {
  http::Handler handler = [this](http::Request request) { return Answer(std::move(request)); };
  auto server = http::Server::Start(executor_, listen, limits, std::move(handler), CountIn(*registry_));
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

asio::awaitable<http::Reply> Site::Answer(http::Request request) {
  const std::string& path = request.path;
  if (!http::MayAnswerHost(request.host, hosts_)) {
    co_return http::ErrorReply(421, absl::StrCat("the host is '", request.host,
                                                 "'; accepted are addresses, private names, and those of "
                                                 "--metrics_hosts"));
  }
  if (path == "/") co_return File("text/html; charset=utf-8", kPageHtml);
  if (path == "/page.css") co_return File("text/css; charset=utf-8", kPageCss);
  if (path == "/page.js") co_return File("text/javascript; charset=utf-8", kPageJs);
  if (path == "/metrics") co_return MetricsReply(metrics_, {{"owner", view_.about().owner}});
  if (path == "/events") co_return Events();
  if (path == "/status") co_return JsonReply(view_.Status());
  if (path == "/peers") {
    co_await peers_.Refresh();
    co_return JsonReply(view_.PeersText());
  }
  if (path == "/summary") {
    co_await stats_.Refresh();
    co_return JsonReply(view_.Summary());
  }
  const bool one_call = absl::StartsWith(path, kCalls);
  if (one_call || path == "/calls" || path == "/nodes") {
    co_await stats_.Refresh();
    if (path == "/calls") co_return JsonReply(view_.Calls());
    if (path == "/nodes") co_return JsonReply(view_.Nodes());
    const std::string id = path.substr(sizeof(kCalls) - 1);
    std::optional<std::string> call = view_.Call(id);
    if (call.has_value()) co_return JsonReply(*std::move(call));
    co_return http::ErrorReply(404, absl::StrCat("no call '", id, "' is there, nor among the last ",
                                                 CallHistory::kMostEnded, " that ended"));
  }
  co_return http::ErrorReply(
      404,
      absl::StrCat(
          "nothing is at '", path,
          "'; there are /, /calls, /calls/{id}, /nodes, /peers, /status, /summary, /events and /metrics"));
}

// Server-sent events: each is one object, see LiveView::Changes.
http::Reply Site::Events() {
  http::Reply reply;
  reply.content_type = "text/event-stream";
  reply.body = "retry: 1000\n\n";
  reply.more = [this, cursor = std::make_shared<LiveView::Cursor>()]() -> std::string {
    asio::co_spawn(executor_, stats_.Refresh(), asio::detached);
    asio::co_spawn(executor_, peers_.Refresh(), asio::detached);
    const std::string changes = view_.Changes(*cursor);
    return changes.empty() ? "" : absl::StrCat("data: ", changes, "\n\n");
  };
  return reply;
}

}  // namespace benari::control
