#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/log_gate.h"
#include "control/ari/access.h"
#include "control/ari/client.h"
#include "control/ari/diagnostics.h"

namespace benari::control::ari {

struct HttpClientLimits {
  // Applies to the time in the queue, and again to connecting and the response.
  std::chrono::milliseconds timeout{5000};
  int connections = 8;     // open at a time; http.conf's sessionlimit is 100 by default
  int max_waiting = 1000;  // length of the queue for a connection
  // Requests that release a resource are not limited by it, and may be queued as long as this.
  std::chrono::milliseconds release_wait{60000};
  std::chrono::milliseconds overloaded_after{1000};  // a request without a connection for so long
  // Connections that were idle for longer are not reused; below http.conf's session_keep_alive of 15 s.
  std::chrono::milliseconds max_idle{10000};
};

// Called once at the end of each request. `operation` is the method of ari::Client, `code` the HTTP status,
// or timeout, unreachable, overloaded, malformed.
using RequestHook = std::function<void(absl::string_view operation, absl::string_view code,
                                       std::chrono::nanoseconds duration)>;

// Called when the number of queued requests or of connections changes.
using LoadHook = std::function<void(size_t waiting, size_t connections)>;

class HttpPool;

// ari::Client and ari::Diagnostics over a pool of persistent HTTP/1.1 connections. Requests are sent in the
// order of their submission, those that release a resource before all others. Close() and the destructor fail
// every open request with kUnreachable; its coroutine is resumed by the loop later, which is safe after the
// client is destroyed. Requests must not be cancelled, and the client must be destroyed before its
// io_context. Confined to the control loop.
class HttpClient : public Client, public Diagnostics {
 public:
  HttpClient(boost::asio::any_io_executor loop, Access access, HttpClientLimits limits,
             RequestHook hook = nullptr, LoadHook load_hook = nullptr);
  ~HttpClient() override;

  void Close();
  // Requests from now on use `access`; its application is the same.
  void set_access(Access access);
  // Requests stay queued while `may_send` returns false; it is called several times a second.
  void set_may_send(std::function<bool()> may_send);

  Awaitable<Channel> CreateExternalMedia(ExternalMediaRequest request) override;
  Awaitable<Channel> Originate(OriginateRequest request) override;
  Awaitable<void> HangUp(std::string channel_id, std::string reason) override;
  Awaitable<void> ContinueInDialplan(std::string channel_id, std::string context,
                                     std::string extension) override;
  Awaitable<void> AnswerChannel(std::string channel_id) override;
  Awaitable<void> Ring(std::string channel_id) override;
  Awaitable<void> StopRinging(std::string channel_id) override;
  Awaitable<void> StartMusic(std::string channel_id) override;
  Awaitable<void> StopMusic(std::string channel_id) override;
  Awaitable<void> Play(std::string channel_id, std::string playback_id, std::string media) override;
  Awaitable<void> StopPlayback(std::string playback_id) override;
  Awaitable<void> SendDtmf(std::string channel_id, std::string digits) override;
  Awaitable<void> SetVariable(std::string channel_id, std::string name, std::string value) override;
  Awaitable<Channel> GetChannel(std::string channel_id) override;
  Awaitable<std::vector<Channel>> ListChannels() override;
  Awaitable<Bridge> CreateBridge(std::string bridge_id, std::string name) override;
  Awaitable<void> DestroyBridge(std::string bridge_id) override;
  Awaitable<void> AddToBridge(std::string bridge_id, std::vector<std::string> channel_ids) override;
  Awaitable<Bridge> GetBridge(std::string bridge_id) override;
  Awaitable<std::vector<Bridge>> ListBridges() override;
  Awaitable<Application> GetApplication(std::string name) override;
  Awaitable<std::string> GetVersion() override;
  Awaitable<std::vector<Module>> ListModules() override;
  Awaitable<void> StartSilence(std::string channel_id) override;
  std::chrono::milliseconds ClockAhead() const override;
  bool Overloaded() const override;

 private:
  std::string app_;
  std::shared_ptr<LogGate> channels_gate_, bridges_gate_;  // of mistakes in lists; outlive this
  std::shared_ptr<HttpPool> pool_;
};

}  // namespace benari::control::ari
