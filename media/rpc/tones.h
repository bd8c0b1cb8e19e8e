#pragma once

#include "absl/strings/string_view.h"
#include "benari/media/v1/media.pb.h"
#include "media/processor/tone_config.h"
#include "media/rpc/field_errors.h"

// `Tone` of media.proto, with its limits. Pure.
namespace benari::media {

// `field` is the name of `tone` in errors; the result is unspecified if it adds to `errors`.
ToneConfig ReadTone(const v1::Tone& tone, absl::string_view field, FieldErrors* errors);

void ToProto(const ToneConfig& tone, v1::Tone* out);

}  // namespace benari::media
