#include "common/net/http_exchange.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>

namespace benari::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr size_t kMaxHeaderBytes = 32 << 10;
constexpr size_t kMaxBufferBytes = kMaxHeaderBytes + (128 << 10);
constexpr int kMaxInterimAnswers = 8;  // 1xx before the final response

using Parser = http::response_parser<http::string_body>;

http::request<http::string_body> Encode(const HttpRequest& request) {
  http::request<http::string_body> out;
  out.version(11);
  out.method_string(request.method);
  out.target(request.target);
  out.set(http::field::user_agent, "benari");
  for (const auto& [name, value] : request.headers) out.set(name, value);
  out.body() = request.body;
  out.prepare_payload();
  return out;
}

bool IsClosedByServer(const error_code& ec) {
  return ec == http::error::end_of_stream || ec == http::error::partial_message || ec == asio::error::eof ||
         ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
         ec == asio::ssl::error::stream_truncated;
}

ConnectFailure Describe(const error_code& ec) {
  ConnectFailure failure;
  failure.detail = ec.message();
  if (IsClosedByServer(ec)) {
    failure.problem = ConnectProblem::kClosedByServer;
  } else if (ec.category() == make_error_code(http::error::bad_version).category()) {
    failure.problem = ConnectProblem::kNotHttp;
  }
  return failure;
}

// A length beyond the limit is refused while the header is read, after the status line.
bool KnowsStatus(const Parser& parser, const error_code& ec) {
  return parser.is_header_done() || ec == http::error::body_limit;
}

}  // namespace

std::string ReasonPhrase(int status) {
  const auto phrase = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return std::string(phrase.data(), phrase.size());
}

asio::awaitable<HttpAnswer> Exchange(Transport& transport, const HttpRequest& request,
                                     size_t max_body_bytes) {
  HttpAnswer answer;
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  const http::request<http::string_body> out = Encode(request);
  const size_t sent = co_await http::async_write(transport, out, token);
  answer.sent_any = sent > 0;
  if (ec) {
    answer.stale = IsClosedByServer(ec);
    answer.failure = Describe(ec);
    co_return answer;
  }
  boost::beast::flat_buffer buffer(kMaxBufferBytes);
  std::optional<Parser> parser;
  for (int interim = 0; interim <= kMaxInterimAnswers; ++interim) {
    parser.emplace();
    parser->header_limit(kMaxHeaderBytes);
    parser->body_limit(max_body_bytes);
    co_await http::async_read(transport, buffer, *parser, token);
    if (ec || parser->get().result_int() >= 200) break;
  }
  if (ec && !KnowsStatus(*parser, ec)) {
    answer.stale = IsClosedByServer(ec) && !parser->got_some();
    answer.failure = Describe(ec);
    co_return answer;
  }
  answer.status = static_cast<int>(parser->get().result_int());
  const auto date = parser->get()[http::field::date];
  answer.date = std::string(date.data(), date.size());
  answer.complete = !ec;
  answer.too_large = ec == http::error::body_limit;
  if (ec) answer.failure = Describe(ec);
  answer.reusable = !ec && parser->keep_alive() && buffer.size() == 0;
  answer.body = std::move(parser->get().body());
  co_return answer;
}

}  // namespace benari::net
