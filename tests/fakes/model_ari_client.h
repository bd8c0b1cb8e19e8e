#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/ari/client.h"
#include "control/ari/events.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fault_plan.h"
#include "tests/fakes/process.h"
#include "tests/fakes/slots.h"

namespace benari::fakes {

// control::ari::Client of one process over a model. A request takes effect after `way_there`, and its
// response comes after a delay that the model draws. Faults come from the plan, with names such as
// "ari.CreateBridge". Every request completes within `deadline` while the process runs. Confined to the
// control loop.
class ModelAriClient : public control::ari::Client {
 public:
  struct Options {
    std::string app = "voicebot1";
    std::chrono::milliseconds way_there{1};
    std::chrono::milliseconds deadline{5000};
    int connections = 8;  // requests beyond them wait, and their deadline does not
  };
  using EventHandler = std::function<void(const control::ari::Event&)>;

  ModelAriClient(Process& process, AsteriskModel& model, FaultPlan& faults, Options options)
      : process_(process),
        model_(model),
        faults_(faults),
        options_(std::move(options)),
        connections_(process, options_.connections) {}
  ~ModelAriClient() override { Disconnect(); }

  // Connects the event WebSocket, after a Disconnect if it is connected. Handlers are posted to the process;
  // `on_closed` when Asterisk closes it. Returns false if Asterisk is down.
  bool Connect(EventHandler on_event, std::function<void()> on_closed);
  void Disconnect();
  // Closes the connection at this end without Asterisk noticing.
  void Forget() { connection_.reset(), subscriber_ = 0; }
  // What comes while the network is cut waits until it is not.
  void SetCut(bool cut);
  // Called just before a request that names a channel or bridge of ours takes effect.
  void BeforeEffect(std::function<void(const char* operation, const std::string& id)> hook) {
    before_effect_ = std::move(hook);
  }
  // While it returns false, requests wait as for a free connection.
  void SetMaySend(std::function<bool()> may_send) { may_send_ = std::move(may_send); }
  // Asterisk sends its events here.
  bool IsSubscribed() const { return subscriber_ != 0 && model_.feed().Gets(subscriber_); }
  // Delays events by this time; they stay in order.
  void DelayEvents(std::function<Clock::Duration()> draw) { draw_event_delay_ = std::move(draw); }

  control::ari::Awaitable<control::ari::Channel> CreateExternalMedia(
      control::ari::ExternalMediaRequest request) override;
  control::ari::Awaitable<control::ari::Channel> Originate(control::ari::OriginateRequest request) override;
  control::ari::Awaitable<void> HangUp(std::string channel_id, std::string reason) override;
  control::ari::Awaitable<void> ContinueInDialplan(std::string channel_id, std::string context,
                                                   std::string extension) override;
  control::ari::Awaitable<void> AnswerChannel(std::string channel_id) override;
  control::ari::Awaitable<void> Ring(std::string channel_id) override;
  control::ari::Awaitable<void> StopRinging(std::string channel_id) override;
  control::ari::Awaitable<void> StartMusic(std::string channel_id) override;
  control::ari::Awaitable<void> StopMusic(std::string channel_id) override;
  control::ari::Awaitable<void> Play(std::string channel_id, std::string playback_id,
                                     std::string media) override;
  control::ari::Awaitable<void> StopPlayback(std::string playback_id) override;
  control::ari::Awaitable<void> SendDtmf(std::string channel_id, std::string digits) override;
  control::ari::Awaitable<void> SetVariable(std::string channel_id, std::string name,
                                            std::string value) override;
  control::ari::Awaitable<control::ari::Channel> GetChannel(std::string channel_id) override;
  control::ari::Awaitable<std::vector<control::ari::Channel>> ListChannels() override;
  control::ari::Awaitable<control::ari::Bridge> CreateBridge(std::string bridge_id,
                                                             std::string name) override;
  control::ari::Awaitable<void> DestroyBridge(std::string bridge_id) override;
  control::ari::Awaitable<void> AddToBridge(std::string bridge_id,
                                            std::vector<std::string> channel_ids) override;
  control::ari::Awaitable<control::ari::Bridge> GetBridge(std::string bridge_id) override;
  control::ari::Awaitable<std::vector<control::ari::Bridge>> ListBridges() override;
  control::ari::Awaitable<control::ari::Application> GetApplication(std::string name) override;
  control::ari::Awaitable<std::string> GetVersion() override;
  std::chrono::milliseconds ClockAhead() const override { return model_.clock_ahead(); }

 private:
  template <typename T>
  using Effect = std::function<Answer<T>()>;

  template <typename T>
  control::ari::Awaitable<T> Request(std::string operation, Effect<T> effect);
  control::ari::Awaitable<void> RequestNothing(std::string operation, Effect<Nothing> effect);

  struct Connection {
    bool live = true;
  };

  // Waits for a connection until requests may be sent. Returns false after the deadline.
  control::ari::Awaitable<bool> AwaitTurn(Clock::Time deadline);
  template <typename T>
  control::ari::Awaitable<T> Send(Step step, Clock::Time deadline, Effect<T> effect);
  void Announce(const char* operation, const std::string& id) {
    if (before_effect_) before_effect_(operation, id);
  }
  void Arrive(std::function<void()> arrival);
  void ArriveDelayed(std::function<void()> arrival);

  Process& process_;
  AsteriskModel& model_;
  FaultPlan& faults_;
  const Options options_;
  SubscriberId subscriber_ = 0;
  std::shared_ptr<Connection> connection_;  // handlers of an earlier one are not called
  Slots connections_;
  std::function<void(const char*, const std::string&)> before_effect_;
  std::function<bool()> may_send_;
  bool cut_ = false;
  std::function<Clock::Duration()> draw_event_delay_;
  Clock::Time last_event_due_{};
  std::vector<std::function<void()>> waiting_;  // while it is cut
};

}  // namespace benari::fakes
