#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/tls_files.h"

namespace benari::fakes {

// How a bot behaves on one connection.
struct BotConduct {
  enum class Answer { kAccept, kRefuse, kNone, kClose };

  static BotConduct Accepts() { return BotConduct(); }
  static BotConduct AcceptsAfter(std::chrono::milliseconds time) {
    BotConduct conduct;
    conduct.answer_after = time;
    return conduct;
  }
  static BotConduct DoesNotRead() {
    BotConduct conduct;
    conduct.reads = false;
    return conduct;
  }
  static BotConduct Refuses(int status) {
    BotConduct conduct = Of(Answer::kRefuse);
    conduct.status = status;
    return conduct;
  }
  static BotConduct DoesNotAnswer() { return Of(Answer::kNone); }
  static BotConduct ClosesUnanswered() { return Of(Answer::kClose); }

  Answer answer = Answer::kAccept;  // to the handshake
  int status = 0;                   // kRefuse
  std::chrono::milliseconds answer_after{0};
  bool reads = true;  // once the WebSocket is open

 private:
  static BotConduct Of(Answer answer) {
    BotConduct conduct;
    conduct.answer = answer;
    return conduct;
  }
};

// A WebSocket server on a loopback port chosen by the kernel that records what it receives and is controlled
// by the test. The n-th connection has the n-th conduct, later ones the last. With `tls` it serves wss, and
// requests a client's certificate if that names a CA.
// Runs on a thread of its own. Thread-safe.
class FakeBot {
 public:
  struct Connection {
    std::string target;
    std::map<std::string, std::string> headers;
    std::vector<std::string> messages;
    int pings = 0;
    int pongs = 0;
    bool open = false;  // the handshake is done and it has not ended
    bool ended = false;
    int close_code = 0;  // the client's; 0: none came
  };
  using Connections = std::vector<Connection>;

  explicit FakeBot(std::vector<BotConduct> conducts = {BotConduct::Accepts()},
                   const TlsFiles& tls = TlsFiles());
  ~FakeBot();

  uint16_t port() const;
  std::string Url(const std::string& target = "/calls", const std::string& host = "127.0.0.1") const;

  Connections connections() const;
  // Waits until `done` is true, 20 s at most; returns its last value.
  bool WaitUntil(const std::function<bool(const Connections&)>& done) const;

  // On the last connection that was opened, in this order.
  void Send(std::string text);
  void SendBinary(std::string bytes);
  void Ping();
  void Close(uint16_t code);  // 1005: without a code
  void Reset();               // TCP, at once
  void StartReading();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace benari::fakes
