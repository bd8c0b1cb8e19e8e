#pragma once

#include "benari/media/v1/media.pb.h"
#include "media/lease/session_view.h"

// Converts results of the registry to messages. Pure.
namespace benari::media {

inline OwnerId FromProto(const v1::Owner& owner) { return {owner.name(), owner.epoch()}; }

void ToProto(const Endpoint& endpoint, v1::Endpoint* out);
void ToProto(const NodeInfo& node, v1::Node* out);
void ToProto(const LeaseView& lease, const NodeInfo& node, v1::Lease* out);
void ToProto(const SessionView& view, const NodeInfo& node, v1::Session* out);
v1::EventKind ToProto(EventKind kind);

}  // namespace benari::media
