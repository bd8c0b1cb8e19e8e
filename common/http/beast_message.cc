#include "common/http/beast_message.h"

#include <utility>

#include "common/http/path.h"

namespace benari::http {

namespace beast = boost::beast;
using boost::asio::ip::tcp;
using boost::system::error_code;

bool HasBody(const Parser& parser) { return parser.chunked() || parser.content_length().value_or(0) > 0; }

Request RequestOf(Parser& parser, const tcp::socket& socket) {
  auto& message = parser.get();
  const std::string target(message.target());
  Request request;
  request.method = std::string(message.method_string());
  request.path = PathOf(target);
  request.query = QueryOf(target);
  request.host = std::string(message[beast::http::field::host]);
  request.content_type = std::string(message[beast::http::field::content_type]);
  request.authorization = std::string(message[beast::http::field::authorization]);
  request.body = std::move(message.body());
  error_code gone;
  const tcp::endpoint peer = socket.remote_endpoint(gone);
  if (!gone) request.peer = peer.address().to_string();
  return request;
}

bool IsTooLong(const error_code& error) {
  return error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow;
}

bool IsNotHttp(const error_code& error) {
  return error.category() == make_error_code(beast::http::error::bad_method).category() &&
         error != beast::http::error::end_of_stream && error != beast::http::error::partial_message;
}

// The page needs no other origin, and must not be framed.
void SetHeaders(const Reply& reply, beast::http::fields& fields) {
  fields.set(beast::http::field::content_type, reply.content_type);
  fields.set(beast::http::field::cache_control, "no-store");
  fields.set("Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  fields.set("Referrer-Policy", "no-referrer");
  fields.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) fields.set(name, value);
  if (reply.status == 503) fields.set(beast::http::field::retry_after, "5");
}

}  // namespace benari::http
