#pragma once

#include "benari/media/v1/media.pb.h"
#include "media/processor/bot/config.h"
#include "media/processor/bot/status.h"
#include "media/rpc/field_errors.h"

// `Bot` and `BotState` of media.proto, with their limits. Pure.
namespace benari::media {

// The result is unspecified if it adds to `errors`.
BotConfig ReadBot(const v1::Bot& bot, FieldErrors* errors);

void ToProto(const BotConfig& bot, v1::Bot* out);
void ToProto(const BotStatus& status, v1::BotState* out);

}  // namespace benari::media
