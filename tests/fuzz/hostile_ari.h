#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "control/ari/access.h"

namespace benari::fuzz {

// How a hostile server goes on after its answer.
enum class Ending { kHold, kClose, kReset };

// What a hostile server does with each request that it gets.
struct Conduct {
  std::function<std::string(const std::string& request)> answer;
  Ending ending = Ending::kHold;
  size_t chunk_bytes = 0;  // sent at a time, for the first sixteen times; 0: all at once
};

// An ARI that answers whatever it is told to. It has no thread: Run() drives it and the client's loop in
// turns, so that an input takes about a millisecond. One listening socket for the life of the process; no
// connection is left behind, in TIME_WAIT neither. Confined to one thread.
class HostileAri {
 public:
  HostileAri(boost::asio::io_context& loop, Conduct conduct);
  ~HostileAri();

  static control::ari::Access MakeAccess();

  // Until `over`, or until the server has answered and neither side does anything more.
  void Run(const std::function<bool()>& over);
  // Breaks every connection, and runs the loop until it has nothing left to do; a loop that goes on is a
  // finding.
  void RunOut();

 private:
  struct Connection {
    int fd;
    std::string request;
  };

  bool Accept();
  bool Read(Connection& connection);
  void Answer(Connection& connection);
  void Send(int fd, absl::string_view bytes);

  boost::asio::io_context& loop_;
  Conduct conduct_;
  std::vector<Connection> connections_;
  bool answered_ = false;
};

// Without a line break or anything else that a log should not get.
bool IsOneLine(absl::string_view text);

}  // namespace benari::fuzz
