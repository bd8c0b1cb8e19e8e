#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <vector>

namespace benari::control::ari {

// What a scripted server does next with a connection. After the last step it holds the connection open.
struct Step {
  enum class Kind {
    kReadRequest,      // up to the empty line
    kSend,             // `bytes`
    kServe,            // for ever: reads a request, sends `bytes`
    kSendForEver,      // `bytes`, until the client is gone
    kWaitForRelease,   // until ScriptedServer::Release
    kAcceptWebSocket,  // reads the request and answers it with 101 (RFC 6455 4.2.2)
    kReadSome,         // anything
    kClose,
  };
  Step(Kind k, std::string b = "") : kind(k), bytes(std::move(b)) {}
  Kind kind;
  std::string bytes;
};
using Script = std::vector<Step>;

std::string HttpAnswerText(const std::string& status, const std::string& body);
std::string TextFrame(const std::string& text);  // of a WebSocket, from a server

// A TCP server on a loopback port of the kernel's choice; the n-th connection gets the n-th script, those
// after the last one the last. Lives on the test's own loop. TLS if given a context.
class ScriptedServer {
 public:
  ScriptedServer(boost::asio::io_context& loop, std::vector<Script> scripts,
                 boost::asio::ssl::context* tls = nullptr);
  ~ScriptedServer() { Stop(); }

  void Stop();     // no further connections
  void Release();  // whoever waits, and will wait, for it
  uint16_t port() const { return port_; }

  std::vector<std::string> requests;  // request line and header of each
  std::string other_bytes;            // received elsewhere
  std::string server_name;            // SNI of the last TLS connection
  int connections = 0;
  int closed_by_server = 0;
  int open = 0;

 private:
  using Socket = boost::asio::ip::tcp::socket;

  boost::asio::awaitable<void> Accept();
  boost::asio::awaitable<void> ServePlain(Socket socket, Script script);
  boost::asio::awaitable<void> ServeTls(Socket socket, Script script);
  template <typename Stream>
  boost::asio::awaitable<void> Play(Stream& stream, const Script& script);
  template <typename Stream>
  boost::asio::awaitable<bool> PlayStep(Stream& stream, const Step& step);
  template <typename Stream>
  boost::asio::awaitable<bool> ReadRequest(Stream& stream);
  template <typename Stream>
  boost::asio::awaitable<bool> Send(Stream& stream, const std::string& bytes);
  template <typename Stream>
  boost::asio::awaitable<bool> ReadSome(Stream& stream);

  boost::asio::io_context& loop_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<Script> scripts_;
  boost::asio::ssl::context* tls_;
  boost::asio::steady_timer release_;
  bool released_ = false;
  uint16_t port_;
};

}  // namespace benari::control::ari
