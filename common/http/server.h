#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "common/http/message.h"

namespace boost::asio::ssl {
class context;
}

namespace benari::http {

struct Limits {
  size_t connections =
      64;               // beyond: the one that is idle for longest is closed, else the one that reads longest
  size_t streams = 16;  // beyond: 503
  size_t header_bytes = 8 << 10;  // of a request; beyond: 431
  size_t body_bytes = 0;  // of a request; beyond: 413. 0: only GET and HEAD are taken, and no body is read
  std::chrono::milliseconds request_time{
      10000};  // of a TLS handshake; from that, the connection or the last answer to the whole request
  std::chrono::milliseconds write_time{10000};  // of an answer, or of a piece of a stream
  std::chrono::milliseconds stream_pause{250};  // between two pieces
};

// The limit that was reached.
enum class Limit { kConnections, kStreams, kHeaderBytes, kBodyBytes, kRequestTime, kWriteTime };
inline constexpr Limit kAllLimits[] = {Limit::kConnections, Limit::kStreams,     Limit::kHeaderBytes,
                                       Limit::kBodyBytes,   Limit::kRequestTime, Limit::kWriteTime};
const char* ToString(Limit limit);

struct Hooks {
  std::function<void(size_t connections)> on_connections = [](size_t) {};
  std::function<void(Limit limit)> on_limit = [](Limit) {};
  // What the server itself answers to a request that the handler does not get.
  std::function<Reply(int status, const std::string& what)> make_error = ErrorReply;
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// An HTTP/1.1 server for GET and HEAD, and for POST if Limits::body_bytes allows a body; over TLS if it has a
// context for that (see MakeTlsContext). Confined to its executor, which runs one thread.
class Server {
 public:
  // Listens; port 0: the kernel chooses one. UNAVAILABLE: the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(boost::asio::any_io_executor executor,
                                                       const Endpoint& listen, Limits limits, Handler handler,
                                                       Hooks hooks, TlsContext tls = nullptr);
  // Closes every connection; the handler is not called afterwards.
  ~Server();

  // Of connections from now on; those that are there keep theirs. Only for a server that began with one.
  void set_tls(TlsContext tls);

  const Endpoint& endpoint() const;  // with the port that was bound

 private:
  class Impl;
  explicit Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  const std::shared_ptr<Impl> impl_;
};

}  // namespace benari::http
