#pragma once

#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "benari/media/v1/media.pb.h"
#include "media/processor/session_types.h"

// The limits of media.proto. An INVALID_ARGUMENT names every field that is wrong, its value and what is
// accepted. Pure.
namespace benari::media {

inline constexpr uint32_t kDefaultPageSize = 100;
inline constexpr uint32_t kMaxPageSize = 1000;
inline constexpr int kMaxKeepAliveIds = 10000;
inline constexpr uint64_t kMaxEpoch = std::numeric_limits<int64_t>::max();  // a successor's is higher by one

absl::Status Validate(const v1::LeasePortRequest& request, uint32_t max_ttl_ms);
absl::Status Validate(const v1::ReleasePortRequest& request);
absl::Status Validate(const v1::StopSessionRequest& request);
absl::Status Validate(const v1::KeepAliveRequest& request, uint32_t max_ttl_ms);
absl::Status Validate(const v1::SendDigitsRequest& request);
absl::Status Validate(const v1::CloseBotRequest& request);
absl::Status Validate(const v1::GetSessionRequest& request);
absl::Status Validate(const v1::ListSessionsRequest& request);
absl::Status Validate(const v1::WatchSessionsRequest& request);
absl::StatusOr<SessionConfig> ReadConfig(const v1::StartSessionRequest& request);

}  // namespace benari::media
