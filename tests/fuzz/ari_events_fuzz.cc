// A hostile ARI's WebSocket, to the real event stream over a real socket.
#include <memory>
#include <string>

#include "control/ari/event_stream.h"
#include "tests/control/ari/web_socket_answer.h"
#include "tests/fuzz/hostile_ari.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari::control::ari {
namespace {

using fuzz::HostileAri;
using fuzz::Require;

// Counts what the stream tells, and ends it from within a handler when told so.
class Listener {
 public:
  Listener(boost::asio::io_context& loop, bool gone_at_connect, bool gone_at_event)
      : gone_at_connect_(gone_at_connect), gone_at_event_(gone_at_event) {
    EventHandlers handlers;
    handlers.on_connected = [this] { OnConnected(); };
    handlers.on_disconnected = [this](const std::string& reason) { OnDisconnected(reason); };
    handlers.on_connect_failed = [this](net::ConnectProblem) { OnConnectFailed(); };
    handlers.on_event = [this](const Event&) { OnEvent(); };
    stream_ = std::make_unique<EventStream>(loop.get_executor(), HostileAri::MakeAccess(),
                                            EventStreamLimits(), std::move(handlers));
    stream_->Start();
  }

  // The first connection has shown what it can.
  bool over() const { return stream_ == nullptr || disconnected_ + failed_ > 0; }

  void Stop() {
    if (stream_ == nullptr) return;
    const EventCounters& counters = stream_->counters();
    Require(counters.connected == connected_, "connections are counted otherwise than told");
    Require(counters.connect_failures == failed_, "failures are counted otherwise than told");
    Require(counters.events == events_, "events are counted otherwise than told");
    Require(fuzz::IsOneLine(stream_->problem()), "a problem of several lines");
    stream_.reset();
  }

 private:
  void OnConnected() {
    Alive();
    Require(connected_ == disconnected_, "connected while connected");
    ++connected_;
    if (gone_at_connect_) stream_.reset();
  }
  void OnDisconnected(const std::string& reason) {
    Alive();
    Require(!reason.empty() && fuzz::IsOneLine(reason), "a reason that is no line");
    Require(++disconnected_ == connected_, "disconnected while not connected");
  }
  void OnConnectFailed() {
    Alive();
    Require(connected_ == disconnected_, "no connection while connected");
    ++failed_;
  }
  void OnEvent() {
    Alive();
    Require(connected_ == disconnected_ + 1, "an event while not connected");
    ++events_;
    if (gone_at_event_) stream_.reset();
  }
  void Alive() const { Require(stream_ != nullptr, "a handler is called after the end of its stream"); }

  bool gone_at_connect_;
  bool gone_at_event_;
  uint64_t connected_ = 0;
  uint64_t disconnected_ = 0;
  uint64_t failed_ = 0;
  uint64_t events_ = 0;
  std::unique_ptr<EventStream> stream_;
};

void Run(fuzz::Input& input) {
  const uint8_t how = input.Byte();
  const uint8_t chunk_bytes = input.Byte();
  const bool upgrades = (how & 4) == 0;
  fuzz::Conduct conduct;
  conduct.ending = static_cast<fuzz::Ending>((how & 3) % 3);
  conduct.chunk_bytes = chunk_bytes & 31;
  conduct.answer = [upgrades, bytes = input.Rest()](const std::string& request) {
    return upgrades ? WebSocketAnswer(request) + bytes : bytes;
  };
  boost::asio::io_context loop;
  HostileAri server(loop, conduct);
  Listener listener(loop, (how & 8) != 0, (how & 16) != 0);
  server.Run([&listener] { return listener.over(); });
  listener.Stop();
  server.RunOut();
}

}  // namespace
}  // namespace benari::control::ari

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::fuzz::Input input(data, size);
  benari::control::ari::Run(input);
  return 0;
}
