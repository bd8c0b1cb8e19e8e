#pragma once

#include "benari/media/v1/media.pb.h"
#include "media/processor/config.h"
#include "media/rpc/field_errors.h"

// Reads and writes the arms of `oneof processor`, with their limits. Pure.
namespace benari::media {

// Returns the configuration of the requested processor; unspecified if it adds to `errors`.
ProcessorConfig ReadProcessor(const v1::StartSessionRequest& request, FieldErrors* errors);

void ToProto(const EchoConfig& echo, v1::Session* out);
void ToProto(const ToneConfig& tone, v1::Session* out);
void ToProto(const BotConfig& bot, v1::Session* out);

}  // namespace benari::media
