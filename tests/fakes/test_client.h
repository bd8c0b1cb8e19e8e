#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/endpoint.h"

// The blocking client with which loopback tests talk to the fake Asterisk.
namespace benari::fakes {

struct TestReply {
  int status = 0;  // 0: the connection was closed without an answer
  nlohmann::json body;
  std::string authenticate;  // WWW-Authenticate
};

// One kept-alive HTTP connection. Confined to one thread.
class TestHttp {
 public:
  explicit TestHttp(const Endpoint& server, const std::string& credentials = "benari:secret");
  ~TestHttp();
  TestReply Request(const std::string& method, const std::string& target, const std::string& json_body = "");

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

// The event WebSocket, read by a thread of its own. Thread-safe.
class TestEvents {
 public:
  // Throws boost::system::system_error when the upgrade is refused.
  TestEvents(const Endpoint& server, const std::string& app,
             const std::string& credentials = "benari:secret");
  ~TestEvents();
  void Send(const std::string& text);
  // Waits 10 s for the first event of `type` and, unless empty, of `channel`, also a past one; else null.
  nlohmann::json Await(const std::string& type, const std::string& channel = "");
  bool AwaitClosed();
  // Returns the events since the last Take.
  std::vector<nlohmann::json> Take();
  // "StasisStart", … of one channel so far.
  std::vector<std::string> TypesOf(const std::string& channel) const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

// Sends each datagram back with another SSRC, as media does; from a thread of its own. Thread-safe.
class TestEcho {
 public:
  enum class Fault { kNone, kSameSsrc, kSilent, kOtherPayload };
  explicit TestEcho(Fault fault = Fault::kNone);
  ~TestEcho();
  Endpoint endpoint() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace benari::fakes
