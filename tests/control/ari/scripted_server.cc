#include "scripted_server.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "absl/strings/str_cat.h"
#include "web_socket_answer.h"

namespace benari::control::ari {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string HttpAnswerText(const std::string& status, const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

std::string TextFrame(const std::string& text) {
  std::string frame = "\x81";
  if (text.size() < 126) {
    frame.push_back(static_cast<char>(text.size()));
  } else {
    frame.push_back(126);
    frame.push_back(static_cast<char>(text.size() >> 8));
    frame.push_back(static_cast<char>(text.size() & 255));
  }
  return frame + text;
}

ScriptedServer::ScriptedServer(asio::io_context& loop, std::vector<Script> scripts, asio::ssl::context* tls)
    : loop_(loop),
      acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      scripts_(std::move(scripts)),
      tls_(tls),
      release_(loop, asio::steady_timer::time_point::max()),
      port_(acceptor_.local_endpoint().port()) {
  asio::co_spawn(loop_, Accept(), asio::detached);
}

void ScriptedServer::Stop() {
  error_code ignored;
  acceptor_.close(ignored);
}

void ScriptedServer::Release() {
  released_ = true;
  release_.cancel();
}

asio::awaitable<void> ScriptedServer::Accept() {
  for (;;) {
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    Socket socket = co_await acceptor_.async_accept(token);
    if (ec) co_return;
    const size_t index = std::min<size_t>(connections, scripts_.size() - 1);
    ++connections;
    ++open;
    asio::awaitable<void> serve = tls_ == nullptr ? ServePlain(std::move(socket), scripts_[index])
                                                  : ServeTls(std::move(socket), scripts_[index]);
    asio::co_spawn(loop_, std::move(serve), asio::detached);
  }
}

asio::awaitable<void> ScriptedServer::ServePlain(Socket socket, Script script) {
  co_await Play(socket, script);
  --open;
}

asio::awaitable<void> ScriptedServer::ServeTls(Socket socket, Script script) {
  asio::ssl::stream<Socket> stream(std::move(socket), *tls_);
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await stream.async_handshake(asio::ssl::stream_base::server, token);
  const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
  server_name = name == nullptr ? "" : name;
  if (!ec) co_await Play(stream, script);
  --open;
}

template <typename Stream>
asio::awaitable<void> ScriptedServer::Play(Stream& stream, const Script& script) {
  for (const Step& step : script) {
    if (step.kind == Step::Kind::kClose) {
      error_code ignored;
      stream.lowest_layer().close(ignored);
      ++closed_by_server;
      co_return;
    }
    const bool goes_on = co_await PlayStep(stream, step);
    if (!goes_on) co_return;
  }
  for (;;) {
    const bool goes_on = co_await ReadSome(stream);
    if (!goes_on) co_return;
  }
}

template <typename Stream>
asio::awaitable<bool> ScriptedServer::PlayStep(Stream& stream, const Step& step) {
  bool ok = true;
  switch (step.kind) {
    case Step::Kind::kReadRequest:
      ok = co_await ReadRequest(stream);
      break;
    case Step::Kind::kSend:
      ok = co_await Send(stream, step.bytes);
      break;
    case Step::Kind::kSendForEver:
      while (ok) ok = co_await Send(stream, step.bytes);
      break;
    case Step::Kind::kServe:
      while (ok) {
        ok = co_await ReadRequest(stream);
        if (ok) ok = co_await Send(stream, step.bytes);
      }
      break;
    case Step::Kind::kWaitForRelease:
      if (!released_) {
        error_code ec;
        auto token = asio::redirect_error(asio::use_awaitable, ec);
        co_await release_.async_wait(token);
      }
      break;
    case Step::Kind::kAcceptWebSocket:
      ok = co_await ReadRequest(stream);
      if (ok) {
        const std::string answer = WebSocketAnswer(requests.back());
        ok = co_await Send(stream, answer);
      }
      break;
    case Step::Kind::kReadSome:
      ok = co_await ReadSome(stream);
      break;
    case Step::Kind::kClose:
      break;
  }
  co_return ok;
}

template <typename Stream>
asio::awaitable<bool> ScriptedServer::ReadRequest(Stream& stream) {
  std::string request;
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  auto buffer = asio::dynamic_buffer(request);
  const std::string end = "\r\n\r\n";
  co_await asio::async_read_until(stream, buffer, end, token);
  if (ec) co_return false;
  requests.push_back(request);
  co_return true;
}

template <typename Stream>
asio::awaitable<bool> ScriptedServer::Send(Stream& stream, const std::string& bytes) {
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  const auto buffer = asio::buffer(bytes);
  co_await asio::async_write(stream, buffer, token);
  co_return !ec;
}

template <typename Stream>
asio::awaitable<bool> ScriptedServer::ReadSome(Stream& stream) {
  std::array<char, 4096> bytes;
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  const auto buffer = asio::buffer(bytes);
  const size_t size = co_await stream.async_read_some(buffer, token);
  other_bytes.append(bytes.data(), size);
  co_return !ec;
}

}  // namespace benari::control::ari
