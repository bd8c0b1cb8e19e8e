#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "common/http/message.h"

// Requests and responses between Beast and handlers. Include it in .cc files only. Pure.
namespace benari::http {

using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

bool HasBody(const Parser& parser);

// What a parser has read from `socket`; takes the body.
Request RequestOf(Parser& parser, const boost::asio::ip::tcp::socket& socket);

// Of errors of a parser: the header is longer than is read; what came is no HTTP.
bool IsTooLong(const boost::system::error_code& error);
bool IsNotHttp(const boost::system::error_code& error);

// Sets the headers of every response, and those of `reply`.
void SetHeaders(const Reply& reply, boost::beast::http::fields& fields);

template <typename Body>
boost::beast::http::response<Body> ResponseTo(const Reply& reply, bool keep_alive) {
  boost::beast::http::response<Body> response(static_cast<boost::beast::http::status>(reply.status), 11);
  SetHeaders(reply, response);
  response.keep_alive(keep_alive);
  return response;
}

}  // namespace benari::http
