#include "common/net/transport.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/net/address_book.h"

namespace benari::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// The limits where known addresses, or the next one, are an alternative.
constexpr std::chrono::milliseconds kLookUpAtMost{1000};
constexpr std::chrono::milliseconds kLookUpAgainAtMost{50};  // after one that failed
constexpr std::chrono::milliseconds kAddressAtMost{1000};
constexpr std::chrono::milliseconds kForEver = std::chrono::hours(24);

ConnectFailure Failed(ConnectProblem problem, std::string detail) {
  ConnectFailure failure;
  failure.problem = problem;
  failure.detail = std::move(detail);
  return failure;
}

ConnectFailure TcpFailure(const error_code& ec) {
  if (ec == asio::error::connection_refused) return Failed(ConnectProblem::kRefused, ec.message());
  if (ec == asio::error::no_descriptors || ec == boost::system::errc::too_many_files_open_in_system) {
    return Failed(ConnectProblem::kNetwork, "too many open files: raise the limit (ulimit -n, LimitNOFILE)");
  }
  if (ec == asio::error::timed_out) return Failed(ConnectProblem::kTimeout, "TCP gave up connecting");
  return Failed(ConnectProblem::kNetwork, ec.message());
}

}  // namespace

Transport::Transport(executor_type executor, std::shared_ptr<const Remote> remote)
    : remote_(std::move(remote)), socket_(executor), limit_(std::make_shared<asio::steady_timer>(executor)) {}

asio::awaitable<std::optional<ConnectFailure>> Transport::Connect() {
  Failure failure = co_await ConnectTcp();
  if (!failure && remote_->tls != nullptr) failure = co_await ShakeHands();
  if (!failure && closed_) failure = Failed(ConnectProblem::kNetwork, "closed");
  co_return failure;
}

asio::awaitable<std::optional<ConnectFailure>> Transport::ConnectTcp() {
  error_code ec;
  std::vector<tcp::endpoint> addresses;
  const asio::ip::address literal = asio::ip::make_address(remote_->url.host, ec);
  if (!ec) {
    addresses.emplace_back(literal, remote_->url.port);
  } else {
    asio::awaitable<Failure> looked_up = LookUp();
    const Failure not_found = co_await std::move(looked_up);
    if (not_found) co_return not_found;
    addresses = remote_->addresses->InOrder();
  }
  Failure failure = Filter(&addresses);
  for (size_t i = 0; i < addresses.size(); ++i) {
    const bool last = i + 1 == addresses.size();
    asio::awaitable<Failure> connected = ConnectTo(addresses[i], last);
    Failure each = co_await std::move(connected);
    if (closed_) co_return Failed(ConnectProblem::kNetwork, "closed");
    if (!each) co_return std::nullopt;
    // The result is kRefused only if every address refused.
    if (!failure || failure->problem == ConnectProblem::kRefused) failure = std::move(each);
  }
  co_return failure;
}

std::optional<ConnectFailure> Transport::Filter(std::vector<tcp::endpoint>* addresses) const {
  if (remote_->may_connect == nullptr || addresses->empty()) return std::nullopt;
  const std::string first = addresses->front().address().to_string();
  std::erase_if(*addresses,
                [this](const tcp::endpoint& each) { return !remote_->may_connect(each.address()); });
  if (!addresses->empty()) return std::nullopt;
  return Failed(ConnectProblem::kForbidden, first);
}

asio::awaitable<std::optional<ConnectFailure>> Transport::LookUp() {
  struct Result {
    std::string why_not = "the name service does not answer";  // "": it found addresses
    bool waited_for = true;
  };
  const auto result = std::make_shared<Result>();
  const auto on_answer = [result, remote = remote_, limit = limit_](const NameResolver::Answer& answer) {
    result->why_not = answer.why_not;
    std::vector<tcp::endpoint> addresses;
    for (const auto& each : answer.addresses) addresses.emplace_back(each, remote->url.port);
    if (answer.why_not.empty()) remote->addresses->SetFound(addresses);
    if (result->waited_for) limit->cancel();
  };
  const bool known = !remote_->addresses->InOrder().empty();
  const auto at_most = remote_->addresses->not_found() ? kLookUpAgainAtMost : kLookUpAtMost;
  limit_->expires_after(known ? at_most : kForEver);
  look_up_ =
      remote_->names->Ask(remote_->url.host, [on_answer, executor = get_executor()](const auto& answer) {
        asio::post(executor, [on_answer, answer] { on_answer(answer); });
      });
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await limit_->async_wait(token);
  result->waited_for = false;
  if (closed_) co_return Failed(ConnectProblem::kNetwork, "closed");
  if (result->why_not.empty()) co_return std::nullopt;
  if (known) {
    remote_->addresses->SetNotFound(remote_->url.host, result->why_not);
    co_return std::nullopt;
  }
  // Without a free file descriptor the resolver reports that there is no such host.
  error_code opened;
  tcp::socket(get_executor()).open(tcp::v4(), opened);
  if (opened) co_return TcpFailure(opened);
  co_return Failed(ConnectProblem::kNameNotResolved, result->why_not);
}

asio::awaitable<std::optional<ConnectFailure>> Transport::ConnectTo(tcp::endpoint address, bool last) {
  error_code ec;
  tcp_socket().close(ec);
  tcp_socket().open(address.protocol(), ec);
  if (!ec) tcp_socket().non_blocking(true, ec);
  if (ec) co_return TcpFailure(ec);
  struct Attempt {
    bool over = false;
    bool timed_out = false;
  };
  const auto attempt = std::make_shared<Attempt>();
  limit_->expires_after(last ? kForEver : kAddressAtMost);
  limit_->async_wait([this, attempt](const error_code& error) {
    if (error || attempt->over) return;
    attempt->timed_out = true;
    error_code ignored;
    tcp_socket().close(ignored);
  });
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await tcp_socket().async_connect(address, token);
  attempt->over = true;
  limit_->cancel();
  if (ec || closed_ || attempt->timed_out) {
    remote_->addresses->SetFailed(address);
    co_return attempt->timed_out
        ? Failed(ConnectProblem::kTimeout, address.address().to_string() + " is silent")
        : TcpFailure(ec);
  }
  remote_->addresses->SetWorked(address);
  tcp_socket().set_option(tcp::no_delay(true), ec);
  co_return std::nullopt;
}

asio::awaitable<std::optional<ConnectFailure>> Transport::ShakeHands() {
  tls_.emplace(socket_, *remote_->tls);
  SSL* ssl = tls_->native_handle();
  SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);  // during which a write waits for the peer
  const std::string& host = remote_->url.host;
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
  look_up_.reset();
  limit_->cancel();
  error_code ignored;
  tcp_socket().close(ignored);
}

void Transport::Abort() {
  error_code ignored;
  tcp_socket().set_option(asio::socket_base::linger(true, 0), ignored);
  Close();
}

bool Transport::IsQuiet() {
  if (!tcp_socket().is_open()) return false;
  char byte = 0;
  const ssize_t got = ::recv(tcp_socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace benari::net
