#pragma once

#include <memory>

#include "tests/bench/media/target.h"
#include "tests/harness/child_process.h"

namespace benari::bench {

// A command that sends back whatever comes on its ports: the bare reflector, and peers. As Target.
class PortsTarget : public Target {
 public:
  // UNAVAILABLE: it sends nothing back.
  static absl::StatusOr<std::unique_ptr<Target>> Start(const TargetSpec& spec, const Place& place);

  absl::Status GrowTo(size_t sessions, Load* load) override;
  absl::Status Renew() override { return absl::OkStatus(); }
  Endpoint grpc() const override { return {}; }
  pid_t pid() const override { return process_->pid(); }

 private:
  Place place_;
  uint16_t first_port_ = 0;
  std::unique_ptr<e2e::ChildProcess> process_;
};

}  // namespace benari::bench
