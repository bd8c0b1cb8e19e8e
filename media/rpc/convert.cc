#include "media/rpc/convert.h"

#include <chrono>
#include <variant>

#include "media/rpc/bots.h"
#include "media/rpc/processors.h"

namespace benari::media {

namespace {

void SetTime(Clock::WallTime time, google::protobuf::Timestamp* out) {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  out->set_seconds(since / 1000000000);
  out->set_nanos(static_cast<int32_t>(since % 1000000000));
}

v1::SessionState ToProto(SessionState state) {
  switch (state) {
    case SessionState::kLeased:
      return v1::SESSION_STATE_LEASED;
    case SessionState::kRunning:
      return v1::SESSION_STATE_RUNNING;
    case SessionState::kStopped:
      return v1::SESSION_STATE_STOPPED;
  }
  return v1::SESSION_STATE_UNSPECIFIED;
}

v1::ProcessorState ToProto(ProcessorState state) {
  switch (state) {
    case ProcessorState::kPreparing:
      return v1::PROCESSOR_STATE_PREPARING;
    case ProcessorState::kActive:
      return v1::PROCESSOR_STATE_ACTIVE;
    case ProcessorState::kFinished:
      return v1::PROCESSOR_STATE_FINISHED;
  }
  return v1::PROCESSOR_STATE_UNSPECIFIED;
}

v1::Diagnosis ToProto(Diagnosis diagnosis) {
  switch (diagnosis) {
    case Diagnosis::kNone:
      return v1::DIAGNOSIS_UNSPECIFIED;
    case Diagnosis::kNothingArrived:
      return v1::DIAGNOSIS_NOTHING_ARRIVED;
    case Diagnosis::kStranger:
      return v1::DIAGNOSIS_STRANGER;
    case Diagnosis::kWrongPayloadType:
      return v1::DIAGNOSIS_WRONG_PAYLOAD_TYPE;
    case Diagnosis::kNotRtp:
      return v1::DIAGNOSIS_NOT_RTP;
    case Diagnosis::kStoppedArriving:
      return v1::DIAGNOSIS_STOPPED_ARRIVING;
  }
  return v1::DIAGNOSIS_UNSPECIFIED;
}

void StatsToProto(const RtpStats& stats, v1::RtpStats* out) {
  out->set_received_packets(stats.received_packets);
  out->set_received_bytes(stats.received_bytes);
  out->set_sent_packets(stats.sent_packets);
  out->set_sent_bytes(stats.sent_bytes);
  out->set_lost_packets(stats.lost_packets);
  out->set_duplicate_packets(stats.Dropped(DropReason::kDuplicate));
  out->set_reordered_packets(stats.reordered_packets);
  out->set_jitter_ms(stats.jitter_ms);
  for (size_t i = 0; i < kDropReasons; ++i) {
    if (stats.dropped[i] > 0) (*out->mutable_dropped())[DropReasonName(DropReason(i))] = stats.dropped[i];
  }
}

}  // namespace

void ToProto(const Endpoint& endpoint, v1::Endpoint* out) {
  out->set_host(endpoint.host);
  out->set_port(endpoint.port);
}

void ToProto(const NodeInfo& node, v1::Node* out) {
  out->set_name(node.name);
  out->set_instance_id(node.instance_id);
  ToProto(node.grpc, out->mutable_grpc());
}

void ToProto(const LeaseView& lease, const NodeInfo& node, v1::Lease* out) {
  out->set_lease_id(lease.lease_id);
  out->mutable_owner()->set_name(lease.owner.name);
  out->mutable_owner()->set_epoch(lease.owner.epoch);
  ToProto(lease.rtp, out->mutable_rtp());
  ToProto(node, out->mutable_node());
  out->set_expires_in_ms(static_cast<uint32_t>(lease.expires_in.count()));
}

void ToProto(const SessionView& view, const NodeInfo& node, v1::Session* out) {
  ToProto(view.lease, node, out->mutable_lease());
  out->set_state(ToProto(view.state));
  StatsToProto(view.snapshot.stats, out->mutable_stats());
  SetTime(view.leased_at, out->mutable_leased_at());
  if (view.state == SessionState::kLeased) return;

  const SessionSnapshot& snapshot = view.snapshot;
  ToProto(snapshot.peer.ToEndpoint(), out->mutable_peer());
  out->set_payload_type(view.config.payload_type);
  out->set_diagnosis(ToProto(snapshot.diagnosis));
  out->set_diagnosis_text(snapshot.diagnosis_text);
  out->set_ssrc(snapshot.ssrc);
  out->set_latched(snapshot.latched);
  out->set_peer_policy(view.config.peer_policy == PeerPolicy::kLatch ? v1::PEER_POLICY_LATCH
                                                                     : v1::PEER_POLICY_EXACT);
  out->set_clock_rate_hz(view.config.clock_rate_hz);
  out->set_no_media_timeout_ms(static_cast<uint32_t>(view.config.no_media_timeout.count()));
  out->set_processor_state(ToProto(snapshot.processor_state));
  if (snapshot.bot) ToProto(*snapshot.bot, out->mutable_bot_state());
  std::visit([out](const auto& processor) { ToProto(processor, out); }, view.config.processor);
  if (view.started_at) SetTime(*view.started_at, out->mutable_started_at());
  if (snapshot.first_received)
    SetTime(view.ToWall(*snapshot.first_received), out->mutable_first_received_at());
  if (snapshot.first_sent) SetTime(view.ToWall(*snapshot.first_sent), out->mutable_first_sent_at());
  if (snapshot.last_received) SetTime(view.ToWall(*snapshot.last_received), out->mutable_last_received_at());
}

v1::EventKind ToProto(EventKind kind) {
  switch (kind) {
    case EventKind::kStarted:
      return v1::EVENT_KIND_STARTED;
    case EventKind::kMediaFlowing:
      return v1::EVENT_KIND_MEDIA_FLOWING;
    case EventKind::kMediaMissing:
      return v1::EVENT_KIND_MEDIA_MISSING;
    case EventKind::kStopped:
      return v1::EVENT_KIND_STOPPED;
    case EventKind::kReleased:
      return v1::EVENT_KIND_RELEASED;
    case EventKind::kLeaseExpired:
      return v1::EVENT_KIND_LEASE_EXPIRED;
    case EventKind::kBotReady:
      return v1::EVENT_KIND_BOT_READY;
    case EventKind::kBotLost:
      return v1::EVENT_KIND_BOT_LOST;
    case EventKind::kFinished:
      return v1::EVENT_KIND_FINISHED;
  }
  return v1::EVENT_KIND_UNSPECIFIED;
}

}  // namespace benari::media
