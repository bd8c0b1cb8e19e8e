#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/media/target.h"
#include "tests/harness/services.h"

namespace benari::media {
class Client;
}

namespace benari::bench {

inline constexpr char kLoadOwner[] = "bench";
// Longer than any run: nothing is renewed while packets are measured.
inline constexpr uint32_t kLoadTtlMs = 600'000;
std::string LoadLeaseId(size_t session);

// benari-media: each session is leased and started over gRPC. As Target.
class MediaTarget : public Target {
 public:
  // UNAVAILABLE: it does not serve.
  static absl::StatusOr<std::unique_ptr<Target>> Start(const TargetSpec& spec, const Place& place);
  ~MediaTarget() override;

  absl::Status GrowTo(size_t sessions, Load* load) override;
  absl::Status Renew() override;
  Endpoint grpc() const override { return media_->grpc(); }
  pid_t pid() const override { return media_->process().pid(); }

 private:
  absl::Status AddSession(Load* load);
  absl::Status StartBot(const std::string& lease_id, const Endpoint& peer);
  absl::Status AwaitBots();

  std::string host_;
  std::string bot_url_;
  std::string first_bot_url_;
  std::unique_ptr<e2e::MediaProcess> media_;
  std::unique_ptr<media::Client> client_;
  std::vector<std::string> lease_ids_;
};

}  // namespace benari::bench
