#pragma once

#include "benari/media/v1/media.pb.h"
#include "media/processor/config.h"
#include "media/rpc/field_errors.h"

// The arms of `oneof processor`: each is read with its limits, and shown as it was told. Pure.
namespace benari::media {

// What the request asks for; a processor of its choice where `errors` are made.
ProcessorConfig ReadProcessor(const v1::StartSessionRequest& request, FieldErrors* errors);

void ToProto(const EchoConfig& echo, v1::Session* out);
void ToProto(const ToneConfig& tone, v1::Session* out);

}  // namespace benari::media
