#include "media/rpc/validation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/shown.h"
#include "media/rpc/field_errors.h"
#include "media/rpc/processors.h"

namespace benari::media {

namespace {

constexpr uint32_t kMaxClockRateHz = 192000;
constexpr size_t kMaxDigits = 32;
constexpr uint32_t kMaxDigitMs = 10000;

// What every change of a lease names.
template <typename Request>
FieldErrors CheckLease(const Request& request) {
  FieldErrors errors;
  errors.Owner(request.owner());
  errors.LeaseId("lease_id", request.lease_id());
  return errors;
}

SocketAddress ReadPeer(const v1::Endpoint& peer, FieldErrors* errors) {
  const bool port_fits = peer.port() >= 1 && peer.port() <= 65535;
  errors->Require(port_fits, "peer.port", absl::StrCat(peer.port()), "1..65535");
  const auto address = ParseSocketAddress(Endpoint(peer.host(), static_cast<uint16_t>(peer.port())));
  errors->Require(address.ok() && address->IsUnicast(), "peer.host", Shown(peer.host()),
                  "the IPv4 or IPv6 address of one host");
  return address.value_or(SocketAddress());
}

}  // namespace

absl::Status Validate(const v1::LeasePortRequest& request, uint32_t max_ttl_ms) {
  FieldErrors errors = CheckLease(request);
  errors.Ttl(request.ttl_ms(), max_ttl_ms);
  return errors.status();
}

absl::Status Validate(const v1::ReleasePortRequest& request) { return CheckLease(request).status(); }

absl::Status Validate(const v1::StopSessionRequest& request) { return CheckLease(request).status(); }

absl::Status Validate(const v1::KeepAliveRequest& request, uint32_t max_ttl_ms) {
  FieldErrors errors;
  errors.Owner(request.owner());
  errors.Ttl(request.ttl_ms(), max_ttl_ms);
  const int count = request.lease_ids_size();
  errors.Require(count <= kMaxKeepAliveIds, "lease_ids", absl::StrCat("(", count, " of them)"),
                 absl::StrCat("at most ", kMaxKeepAliveIds));
  for (int i = 0; i < count && errors.status().ok(); ++i) {
    errors.LeaseId(absl::StrCat("lease_ids[", i, "]"), request.lease_ids(i));
  }
  return errors.status();
}

absl::Status Validate(const v1::SendDigitsRequest& request) {
  FieldErrors errors = CheckLease(request);
  const std::string& digits = request.digits();
  const bool known = digits.find_first_not_of("0123456789*#ABCD") == std::string::npos;
  errors.Require(known && !digits.empty() && digits.size() <= kMaxDigits, "digits", Shown(digits),
                 absl::StrCat("1..", kMaxDigits, " of 0-9 * # A-D"));
  errors.Require(request.duration_ms() <= kMaxDigitMs, "duration_ms", absl::StrCat(request.duration_ms()),
                 absl::StrCat("0..", kMaxDigitMs));
  return errors.status();
}

absl::Status Validate(const v1::CloseBotRequest& request) { return CheckLease(request).status(); }

absl::Status Validate(const v1::GetSessionRequest& request) {
  FieldErrors errors;
  errors.LeaseId("lease_id", request.lease_id());
  return errors.status();
}

absl::Status Validate(const v1::ListSessionsRequest& request) {
  FieldErrors errors;
  if (!request.owner().empty()) errors.OwnerName("owner", request.owner());
  if (!request.page_token().empty()) errors.LeaseId("page_token", request.page_token());
  errors.Require(request.page_size() <= kMaxPageSize, "page_size", absl::StrCat(request.page_size()),
                 absl::StrCat("0..", kMaxPageSize));
  return errors.status();
}

absl::Status Validate(const v1::WatchSessionsRequest& request) {
  FieldErrors errors;
  if (!request.owner().empty()) errors.OwnerName("owner", request.owner());
  return errors.status();
}

absl::StatusOr<SessionConfig> ReadConfig(const v1::StartSessionRequest& request) {
  FieldErrors errors = CheckLease(request);
  SessionConfig config;
  config.peer = ReadPeer(request.peer(), &errors);
  const bool policy_known = v1::PeerPolicy_IsValid(request.peer_policy());
  errors.Require(policy_known, "peer_policy", absl::StrCat(static_cast<int>(request.peer_policy())),
                 "PEER_POLICY_EXACT or PEER_POLICY_LATCH");
  const bool latch = request.peer_policy() == v1::PEER_POLICY_LATCH;
  config.peer_policy = latch ? PeerPolicy::kLatch : PeerPolicy::kExact;
  errors.Require(request.payload_type() <= 127, "payload_type", absl::StrCat(request.payload_type()),
                 "0..127");
  config.payload_type = static_cast<uint8_t>(request.payload_type());
  const bool rate_fits = request.clock_rate_hz() >= 1 && request.clock_rate_hz() <= kMaxClockRateHz;
  errors.Require(rate_fits, "clock_rate_hz", absl::StrCat(request.clock_rate_hz()),
                 absl::StrCat("1..", kMaxClockRateHz, ", such as 8000"));
  config.clock_rate_hz = request.clock_rate_hz();
  config.no_media_timeout = std::chrono::milliseconds(request.no_media_timeout_ms());
  config.processor = ReadProcessor(request, &errors);
  if (!errors.status().ok()) return errors.status();
  return config;
}

}  // namespace benari::media
