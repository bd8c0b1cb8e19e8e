#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "benari/media/v1/media.pb.h"
#include "control/nodes/media_client.h"

// Between the messages of the contract and control's own types. Pure.
namespace benari::control {

void SetOwner(media::v1::Owner* owner, const std::string& name, uint64_t epoch);
void SetProcessor(media::v1::StartSessionRequest* request, const Processor& processor);
Lease ToLease(const media::v1::Lease& lease, const std::string& node);
// Limited to a hundred years, so that it can be subtracted from any time.
std::chrono::milliseconds ToSilence(uint64_t owner_silent_ms);
SessionInfo ToSessionInfo(const media::v1::Session& session);
NodeStatus ToNodeStatus(const media::v1::KeepAliveResponse& response);
// nullopt: an event of a kind that control ignores.
std::optional<SessionEvent> ToSessionEvent(const media::v1::WatchSessionsResponse& response);
// "LeasePort at 10.0.0.7:50051: RESOURCE_EXHAUSTED: no port is free"
MediaError ToMediaError(const std::string& node, const char* rpc, const grpc::Status& status);

}  // namespace benari::control
