#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace benari::http {

struct Request {
  std::string method;         // "GET"
  std::string path;           // "/calls/17", without the query, percent-decoded
  std::string query;          // what follows the "?", as it was sent
  std::string host;           // the header; empty: there was none
  std::string content_type;   // likewise
  std::string authorization;  // likewise
  std::string body;           // empty where the server takes none
  std::string peer;           // IP address of the client
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // in addition to those of every response
  // If the response is a stream that continues after the body: called repeatedly for the next data; "": none
  // yet.
  std::function<std::string()> more;
};

// Never throws. Called on the server's executor.
using Handler = std::function<boost::asio::awaitable<Reply>(Request)>;

// Returns a response with the body {"error": what} in one line.
Reply ErrorReply(int status, const std::string& what);

}  // namespace benari::http
