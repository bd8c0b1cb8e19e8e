#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "common/endpoint.h"
#include "tests/bench/media/histogram.h"

namespace benari::bench {

// The fastest bot there is: sends each `media` message of Media Streams back, on one thread, and notes how
// long the audio was on its way from the caller. Thread-safe.
class EchoBot {
 public:
  // Listens on a port of the kernel's choice of this IPv4 address; its thread runs on `core`, before others.
  EchoBot(const std::string& host, int core);
  ~EchoBot();
  EchoBot(const EchoBot&) = delete;
  EchoBot& operator=(const EchoBot&) = delete;

  const Endpoint& listens() const { return listens_; }
  // How long frames took from the caller's socket to here, since the last call.
  Histogram TakeFromCaller();
  size_t connections() const { return connections_; }

 private:
  struct Client {
    std::string in;   // what is no whole message yet
    std::string out;  // what the socket did not take
    std::string stream_sid;
    bool open = false;     // the handshake is over
    bool stalled = false;  // `out` waits for the socket
  };

  void Run(int core);
  void Accept();
  bool Read(int fd, Client* client);
  void ShakeHands(Client* client);
  bool OnMessages(Client* client);
  void Echo(absl::string_view message, Client* client);
  void Flush(int fd, Client* client);

  int listener_ = -1;
  int epoll_ = -1;
  int stop_ = -1;
  Endpoint listens_;
  std::map<int, Client> clients_;
  std::atomic<size_t> connections_ = 0;
  std::mutex mutex_;
  Histogram from_caller_;  // under mutex_
  std::thread thread_;
};

}  // namespace benari::bench
