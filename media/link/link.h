#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/log_gate.h"
#include "common/net/remote.h"
#include "common/net/web_socket.h"
#include "media/link/client_tls.h"
#include "media/link/conversation.h"
#include "media/link/link_machine.h"
#include "media/link/link_options.h"
#include "media/processor/bot/stream.h"

namespace benari::media {

// Dials a bot, connects it with its stream, dials again when it is lost, and reports its state in the stream.
// Owns itself while an operation is under way. Confined to its thread.
class Link : public std::enable_shared_from_this<Link> {
 public:
  // The objects that the links of a thread share; they outlive the links.
  struct Thread {
    boost::asio::any_io_executor executor;
    const LinkOptions& options;
    std::shared_ptr<ClientTls> tls;
    std::shared_ptr<net::NameResolver> names;
    std::function<std::shared_ptr<net::AddressBook>(const net::Url& url)> addresses;
    std::function<void(Link* link)> on_over;  // the link has ended; may destroy it
  };

  Link(const Thread& thread, const BotConfig& config, std::shared_ptr<BotStream> stream);

  void Start();
  // To be called when the worker has put something into the stream.
  void OnWoken();
  // Ends the link as if the stream had been stopped.
  void Stop();

 private:
  using Failure = std::optional<net::ConnectFailure>;
  struct Target {
    std::shared_ptr<net::Remote> remote;
    net::WebSocketRequest request;
  };

  // The coroutines are started by Start, which keeps the link while they run.
  boost::asio::awaitable<void> Run();
  boost::asio::awaitable<void> WaitUntilDue();
  boost::asio::awaitable<void> Attempt();
  boost::asio::awaitable<Failure> Open(Target target);
  boost::asio::awaitable<void> Converse();

  absl::StatusOr<Target> MakeTarget() const;
  void GiveUpWhenDue();
  void AbortAfter(std::chrono::milliseconds time);
  void OnRefused(const absl::Status& why);
  void OnFailed(const net::ConnectFailure& failure);
  void OnOpened();
  void OnMessage(const net::WebSocketRead& message);
  void OnEnded(const net::WebSocketRead& end);
  std::string DescribeEnd(const net::WebSocketRead& end) const;
  // Publishes report_ and the phase in the stream.
  void Publish();
  void PublishCounts();  // at a limited rate
  void CheckOver();

  const Thread& thread_;
  const BotConfig config_;
  const std::string shown_url_;
  const std::shared_ptr<BotStream> stream_;
  LinkMachine machine_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<net::WebSocket> socket_;      // while one is opened or open
  std::unique_ptr<Conversation> conversation_;  // while it is open
  BotLinkReport report_;
  std::chrono::steady_clock::time_point published_at_;
  LogGate failure_gate_{std::chrono::seconds(30)};
  LogGate ignored_gate_{std::chrono::seconds(60)};
  bool running_ = false;
};

}  // namespace benari::media
