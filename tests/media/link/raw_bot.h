#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace benari::media {

// The server's end of one TCP connection. Every call returns false, or what has come so far, once the client
// has ended the connection. Confined to the thread of its RawBot.
class RawConnection {
 public:
  using Milliseconds = std::chrono::milliseconds;

  explicit RawConnection(int fd) : fd_(fd) {}

  bool Send(const std::string& bytes);
  // A byte at a time, so long apart.
  bool SendSlowly(const std::string& bytes, Milliseconds gap);
  bool SendForEver(const std::string& bytes);
  // The head of the handshake.
  bool ReadRequest();
  // What a WebSocket server responds to it, with further header lines.
  std::string Response(const std::string& lines = "") const;
  bool Open() { return ReadRequest() && Send(Response()); }
  // Reads frames until one of this opcode.
  bool ReadUntil(uint8_t opcode);
  // Reads until the client has ended the connection.
  void ReadToEnd();
  void EndSending();

  // A frame as RFC 6455 5.2 has it, of at most 65535 bytes, or with a mask that a server must not use.
  static std::string Frame(uint8_t first_byte, const std::string& payload, bool masked = false);
  static std::string Close(uint16_t code, const std::string& reason = "");

 private:
  bool Fill();  // received_, by what comes next

  const int fd_;
  std::string received_;
};

// A server on a loopback port of the kernel's choice that does with each connection, one after the other,
// what the script says: no library keeps it from breaking a protocol. Runs on a thread of its own.
class RawBot {
 public:
  using Script = std::function<void(RawConnection& connection)>;

  explicit RawBot(Script script);
  ~RawBot();

  std::string Url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/ws"; }
  // How many connections have been dealt with and closed.
  int served() const { return served_; }

 private:
  void Run();

  const Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connection_ = -1;
  std::atomic<bool> ending_ = false;
  std::atomic<int> served_ = 0;
  std::thread thread_;
};

}  // namespace benari::media
