#include "control/ari/transport.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace benari::ari {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

ConnectFailure Failed(ConnectProblem problem, std::string detail) {
  ConnectFailure failure;
  failure.problem = problem;
  failure.detail = std::move(detail);
  return failure;
}

ConnectFailure TcpFailure(const error_code& ec) {
  if (ec == asio::error::connection_refused) return Failed(ConnectProblem::kRefused, ec.message());
  if (ec == asio::error::timed_out) return Failed(ConnectProblem::kTimeout, "TCP gave up connecting");
  return Failed(ConnectProblem::kNetwork, ec.message());
}

}  // namespace

Transport::Transport(executor_type executor, std::shared_ptr<const Access> access)
    : access_(std::move(access)), resolver_(executor), socket_(executor) {}

Awaitable<std::optional<ConnectFailure>> Transport::Connect() {
  Failure failure = co_await ConnectTcp();
  if (!failure && access_->tls != nullptr) failure = co_await ShakeHands();
  if (!failure && closed_) failure = Failed(ConnectProblem::kNetwork, "closed");
  co_return failure;
}

Awaitable<std::optional<ConnectFailure>> Transport::ConnectTcp() {
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  std::vector<tcp::endpoint> endpoints;
  const asio::ip::address literal = asio::ip::make_address(access_->url.host, ec);
  if (!ec) {
    endpoints.emplace_back(literal, access_->url.port);
  } else {
    const std::string service = absl::StrCat(access_->url.port);
    const auto results = co_await resolver_.async_resolve(access_->url.host, service, token);
    if (ec) co_return Failed(ConnectProblem::kNameNotResolved, ec.message());
    for (const auto& result : results) endpoints.push_back(result.endpoint());
  }
  if (closed_) co_return Failed(ConnectProblem::kNetwork, "closed");
  co_await asio::async_connect(socket_, endpoints, token);
  if (ec) co_return TcpFailure(ec);
  socket_.set_option(tcp::no_delay(true), ec);
  co_return std::nullopt;
}

Awaitable<std::optional<ConnectFailure>> Transport::ShakeHands() {
  tls_.emplace(socket_, *access_->tls);
  SSL* ssl = tls_->native_handle();
  const std::string& host = access_->url.host;
  error_code ec;
  asio::ip::make_address(host, ec);
  if (!ec) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await tls_->async_handshake(asio::ssl::stream_base::client, token);
  if (ec) co_return TlsFailure(ec);
  co_return std::nullopt;
}

std::optional<ConnectFailure> Transport::TlsFailure(const error_code& ec) {
  const long verified = SSL_get_verify_result(tls_->native_handle());
  if (verified != X509_V_OK) {
    return Failed(ConnectProblem::kTlsVerification, X509_verify_cert_error_string(verified));
  }
  return Failed(ConnectProblem::kTls, ec.message());
}

void Transport::Close() {
  closed_ = true;
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void Transport::Abort() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  Close();
}

bool Transport::IsQuiet() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace benari::ari
