#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/loop/timers.h"
#include "control/nodes/media_client.h"
#include "media/lease/session_registry.h"
#include "tests/fakes/model_bot.h"
#include "tests/media/lease/fake_session_runner.h"

namespace benari::fakes {

struct FakeMediaOptions {
  int ports_per_node = 250;
  std::chrono::milliseconds quarantine{1000};
  media::Rate lease_rate;  // of new leases, for each owner
  std::chrono::milliseconds no_media_timeout{2000};
  // Whether, and how soon, media flows after StartSession. If not, it is reported missing after the timeout.
  bool media_flows = true;
  std::chrono::milliseconds first_packet_after{20};
  std::map<std::string, BotScript> bots;  // by URL; those of other URLs answer
  std::function<void(const control::Bot&)> on_bot_dialled = [](const control::Bot&) {};
};

// The packet side of a modelled node: the options determine whether media flows when a session starts.
class ModelRunner : public media::FakeSessionRunner {
 public:
  using OnChange = std::function<void(media::SocketId, media::MediaChange, const media::SessionSnapshot&)>;

  ModelRunner(control::Timers& timers, const FakeMediaOptions& options, OnChange on_change)
      : timers_(timers), options_(options), on_change_(std::move(on_change)) {}

  absl::StatusOr<media::SocketId> Open(uint16_t port) override;
  absl::Status Start(media::SocketId id, const media::SessionStart& start,
                     SnapshotCallback on_started) override;
  void Stop(media::SocketId id, SnapshotCallback done) override;
  void Close(media::SocketId id, SnapshotCallback done) override;

  // Now, of a running session. kNone: it flows.
  void Change(media::SocketId id, media::Diagnosis diagnosis, const std::string& text);
  // Returns a port that was bound twice, or again within its quarantine; "" is the only correct result.
  const std::string& violation() const { return violation_; }

 private:
  control::Timers& timers_;
  const FakeMediaOptions& options_;
  const OnChange on_change_;
  std::map<media::SocketId, std::unique_ptr<control::Timer>> media_;
  std::map<uint16_t, Clock::Time> closed_;
  std::string violation_;
};

// One run of one media process: the real SessionRegistry on a modelled packet side, in virtual time, and
// modelled bots. Requests take effect at once. Confined to the control loop.
class ModelNode {
 public:
  using EventHandler = std::function<void(const control::SessionEvent&)>;

  // `address`: "host:port" of its gRPC server; its RTP ports are of the same host.
  ModelNode(control::Timers& timers, const FakeMediaOptions& options, const std::string& address,
            uint64_t instance, EventHandler on_event);

  // The rpcs; they throw control::MediaError.
  control::Lease LeasePort(const media::OwnerId& owner, const std::string& lease_id,
                           std::chrono::milliseconds ttl);
  control::SessionInfo ReleasePort(const media::OwnerId& owner, const std::string& lease_id);
  control::SessionInfo StartSession(const media::OwnerId& owner, const control::SessionRequest& request);
  control::SessionInfo StopSession(const media::OwnerId& owner, const std::string& lease_id);
  void SendDigits(const media::OwnerId& owner, const std::string& lease_id, const std::string& digits);
  void CloseBot(const media::OwnerId& owner, const std::string& lease_id);
  control::NodeStatus KeepAlive(const media::OwnerId& owner, const std::vector<std::string>& lease_ids,
                                std::chrono::milliseconds ttl);
  control::NodeSessions ListSessions(const std::string& owner);

  void StartDraining() { registry_.StartDraining(); }
  // SIGSTOP: leases expire only once it continues.
  void SetStopped(bool stopped);
  // False: there is no such session running here.
  bool ChangeMedia(const std::string& lease_id, media::Diagnosis diagnosis);

  ModelBot* BotOf(const std::string& lease_id);  // nullptr: none runs there

  std::vector<control::SessionInfo> Sessions();
  media::RegistryCounts Counts() const { return registry_.Counts(); }
  // "" is the only correct result: see ModelRunner; and no request of a fenced-off instance may be granted.
  const std::string& violation() const { return violation_.empty() ? runner_.violation() : violation_; }

 private:
  void Granted(const char* what, const media::OwnerId& owner);
  template <typename View>
  View Value(absl::StatusOr<View> answer);
  media::SessionRegistry::SessionCallback Keep();
  control::SessionInfo Answer();
  control::SessionInfo Info(const media::SessionView& view) const;
  void StartBot(const std::string& lease_id, const control::Bot& request);
  void OnBot(const std::string& lease_id, control::SessionEventKind kind);
  media::SessionRegistry::Options RegistryOptions() const;
  // To be called after each request to the registry: runs callbacks, sends events, schedules the next expiry.
  void Settle();

  control::Timers& timers_;
  const FakeMediaOptions& options_;
  const std::string address_;
  const uint64_t instance_;
  const EventHandler on_event_;
  bool stopped_ = false;
  std::map<std::string, uint64_t> latest_epochs_;  // that were granted anything, by owner
  std::string violation_;
  std::vector<media::SessionEvent> events_;
  std::vector<std::pair<std::string, control::SessionEventKind>> untold_;  // of bots, by lease id
  std::map<std::string, std::unique_ptr<ModelBot>> bots_;                  // by lease id
  std::optional<absl::StatusOr<media::SessionView>> answer_;
  std::unique_ptr<control::Timer> expiry_;
  ModelRunner runner_;
  media::SessionRegistry registry_;
};

}  // namespace benari::fakes
