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
  std::vector<std::pair<std::string, std::string>> headers;  // beside those that every answer has
  // Of a stream that goes on after the body: asked again and again for what is to be sent next; "": nothing
  // now.
  std::function<std::string()> more;
};

// Never throws. Called on the server's executor.
using Handler = std::function<boost::asio::awaitable<Reply>(Request)>;

// "{"error": what}", which is one line.
Reply ErrorReply(int status, const std::string& what);

}  // namespace benari::http
