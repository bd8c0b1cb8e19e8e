#include "tests/bench/ari/web_socket_requests.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::bench {

namespace asio = boost::asio;
namespace beast = boost::beast;

WebSocketRequests::Pending::Pending(asio::io_context& loop)
    : answered(loop, asio::steady_timer::time_point::max()) {}

WebSocketRequests::WebSocketRequests(asio::io_context& loop) : loop_(loop), socket_(loop) {}

void WebSocketRequests::Connect(const control::ari::Access& access) {
  asio::ip::tcp::resolver resolver(loop_);
  const auto found = resolver.resolve(access.url.host, std::to_string(access.url.port));
  beast::get_lowest_layer(socket_).connect(found);
  beast::get_lowest_layer(socket_).socket().set_option(asio::ip::tcp::no_delay(true));
  socket_.set_option(
      beast::websocket::stream_base::decorator([&access](beast::websocket::request_type& request) {
        request.set(beast::http::field::authorization, access.BasicAuth());
      }));
  socket_.handshake(access.url.HostHeader(), absl::StrCat(access.url.target, "/events?app=", access.app));
}

void WebSocketRequests::Start() { asio::co_spawn(loop_, Read(), asio::detached); }

control::ari::Awaitable<int> WebSocketRequests::Send(std::string method, std::string uri) {
  Pending pending(loop_);
  const std::string id = absl::StrCat(++last_id_);
  pending_[id] = &pending;
  const nlohmann::json request = {
      {"type", "RESTRequest"}, {"request_id", id}, {"method", std::move(method)}, {"uri", std::move(uri)}};
  to_send_.push_back(request.dump());
  if (!std::exchange(writing_, true)) asio::co_spawn(loop_, Write(), asio::detached);
  boost::system::error_code cancelled;
  co_await pending.answered.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  pending_.erase(id);
  co_return pending.status;
}

control::ari::Awaitable<void> WebSocketRequests::Write() {
  while (!to_send_.empty()) {
    const std::vector<std::string> batch = std::exchange(to_send_, {});
    for (const std::string& text : batch)
      co_await socket_.async_write(asio::buffer(text), asio::use_awaitable);
  }
  writing_ = false;
}

control::ari::Awaitable<void> WebSocketRequests::Read() {
  beast::flat_buffer buffer;
  while (true) {
    co_await socket_.async_read(buffer, asio::use_awaitable);
    const auto message = nlohmann::json::parse(beast::buffers_to_string(buffer.data()), nullptr, false);
    buffer.consume(buffer.size());
    if (!message.is_object() || message.value("type", "") != "RESTResponse") continue;
    const auto found = pending_.find(message.value("request_id", ""));
    if (found == pending_.end()) continue;
    found->second->status = message.value("status_code", 0);
    found->second->answered.cancel();
  }
}

}  // namespace benari::bench
