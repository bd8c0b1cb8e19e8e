#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>

#include "absl/status/status.h"
#include "media/lease/session_registry.h"
#include "media/processor/bot/config.h"
#include "media/rpc/watch_hub.h"

namespace grpc {
class Service;
}

namespace benari::media {

inline constexpr char kServiceName[] = "benari.media.v1.Media";

// Returns PERMISSION_DENIED, naming the flag, if this node may not dial the bot. Any thread.
using BotCheck = std::function<absl::Status(const BotConfig&)>;

// The rpcs of media.proto: checks the fields, asks the registry, and writes its answer down. The registry and
// the hub outlive it; `node` as in WatchHub. Thread-safe.
std::unique_ptr<grpc::Service> NewMediaService(SessionRegistry* registry, WatchHub* hub, BotCheck check_bot,
                                               std::shared_future<NodeInfo> node, uint32_t max_ttl_ms);

}  // namespace benari::media
