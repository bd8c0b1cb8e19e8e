#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control/nodes/media_client.h"
#include "tests/fakes/fake_media.h"
#include "tests/fakes/fault_plan.h"
#include "tests/fakes/process.h"

namespace benari::fakes {

// control::MediaClient of one process over FakeMedia; faults come from the plan, under names
// "media.LeasePort". Every request completes within its deadline, if the process runs. Confined to the
// control loop.
class FakeMediaClient : public control::MediaClient {
 public:
  struct Options {
    std::string owner = "benari";
    std::chrono::milliseconds lease_ttl{10000};
    std::chrono::milliseconds way{1};  // latency of a request, and of its response
    std::chrono::milliseconds deadline{1000};
    std::chrono::milliseconds keep_alive_deadline{500};
  };

  FakeMediaClient(Process& process, FakeMedia& media, FaultPlan& faults, Options options)
      : process_(process), media_(media), faults_(faults), options_(std::move(options)) {}

  // Cuts the network between this process and that node: requests are lost, and events of watches arrive once
  // it is restored. The node itself continues, and other processes reach it.
  void SetCut(const std::string& node, bool cut);

  void RaiseEpoch(uint64_t epoch) override { epoch_ = std::max(epoch_, epoch); }
  uint64_t epoch() const override { return epoch_; }
  Awaitable<control::Lease> LeasePort(std::string node, std::string lease_id) override;
  Awaitable<control::SessionInfo> ReleasePort(std::string node, std::string lease_id) override;
  Awaitable<control::SessionInfo> StartSession(std::string node, control::SessionRequest request) override;
  Awaitable<control::SessionInfo> StopSession(std::string node, std::string lease_id) override;
  Awaitable<void> SendDigit(std::string node, std::string lease_id, control::Digit digit) override;
  Awaitable<void> CloseBot(std::string node, std::string lease_id) override;
  Awaitable<control::NodeStatus> KeepAlive(std::string node, std::vector<std::string> lease_ids) override;
  Awaitable<control::NodeSessions> ListSessions(std::string node) override;
  std::unique_ptr<control::Watch> WatchSessions(std::string node,
                                                std::function<void(const control::SessionEvent&)> on_event,
                                                std::function<void(const std::string& why)> on_end) override;

 private:
  struct Nothing {};
  template <typename T>
  using Effect = std::function<T(ModelNode& node)>;

  template <typename T>
  Awaitable<T> Request(std::string operation, std::string node, Effect<T> effect);
  template <typename T>
  void TakeEffectLate(const std::string& node, const Effect<T>& effect);
  FakeMedia::Reach ReachOf(const std::string& node) const {
    return cut_.contains(node) ? FakeMedia::Reach::kSilent : media_.ReachOf(node);
  }
  void Arrive(const std::string& node, std::function<void()> arrival);
  media::OwnerId owner() const { return {options_.owner, epoch_}; }

  Process& process_;
  FakeMedia& media_;
  FaultPlan& faults_;
  const Options options_;
  uint64_t epoch_ = 1;
  std::set<std::string> cut_;
  std::map<std::string, std::vector<std::function<void()>>> held_back_;  // by node, while it is cut
};

}  // namespace benari::fakes
