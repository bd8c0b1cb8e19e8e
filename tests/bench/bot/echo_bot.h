#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "common/endpoint.h"
#include "tests/bench/bot/byte_stream.h"
#include "tests/bench/bot/interruptions.h"
#include "tests/bench/media/histogram.h"

namespace benari::bench {

// The fastest bot there is: sends each `media` message of Media Streams back, on one thread, and notes how
// long the audio was on its way from the caller. To some paths it is another bot. Thread-safe.
class EchoBot {
 public:
  static constexpr char kEchoPath[] = "/";
  static constexpr char kStalledPath[] = "/stalled";  // reads nothing after the handshake
  // Answers with a speech each second and a half, and clears it before its end.
  static constexpr char kInterruptedPath[] = "/interrupted";

  // Listens on a port of the kernel's choice of this IPv4 address; its thread runs on `core`, before others.
  // `tls` null: ws.
  EchoBot(const std::string& host, int core, SslContext tls = nullptr);
  ~EchoBot();
  EchoBot(const EchoBot&) = delete;
  EchoBot& operator=(const EchoBot&) = delete;

  const Endpoint& listens() const { return listens_; }
  std::string Url(const char* path) const;
  // How long frames took from the caller's socket to here, since the last call.
  Histogram TakeFromCaller();
  size_t connections() const { return connections_; }
  Interruptions& interruptions() { return interruptions_; }

 private:
  struct Client {
    ByteStream stream;
    std::string in;   // what is no whole message yet
    std::string out;  // what the socket did not take
    std::string stream_sid;
    std::string path;
    bool open = false;     // the handshake is over
    bool stalled = false;  // `out` waits for the socket
    bool heard = false;    // a packet of the caller
    int frames = 0;        // of the caller, since the last speech began
    int clear_at = 0;      // so many frames after that
    uint64_t speech = 0;
  };

  void Run(int core);
  void Accept();
  bool Read(int fd, Client* client);
  void ShakeHands(Client* client);
  bool OnMessages(Client* client);
  void Echo(absl::string_view message, Client* client);
  void Interrupt(Client* client);
  void Send(absl::string_view payload, Client* client);
  void Clear(Client* client);
  void Flush(int fd, Client* client);

  int listener_ = -1;
  int epoll_ = -1;
  int stop_ = -1;
  Endpoint listens_;
  const SslContext tls_;
  std::map<int, Client> clients_;
  std::atomic<size_t> connections_ = 0;
  Interruptions interruptions_;
  std::minstd_rand random_;
  std::mutex mutex_;
  Histogram from_caller_;  // under mutex_
  std::thread thread_;
};

}  // namespace benari::bench
