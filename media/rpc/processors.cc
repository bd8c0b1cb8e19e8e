#include "media/rpc/processors.h"

#include "absl/strings/str_cat.h"
#include "media/processor/bot/leg_codec.h"
#include "media/processor/g711.h"
#include "media/rpc/bots.h"
#include "media/rpc/tones.h"

namespace benari::media {

namespace {

bool IsG711(uint32_t payload_type) {
  return payload_type == kPayloadTypePcmu || payload_type == kPayloadTypePcma;
}

// `who` understands or makes audio: "a tone" or such.
void RequireCodec(const v1::StartSessionRequest& request, bool ok, absl::string_view accepted,
                  absl::string_view who, FieldErrors* errors) {
  errors->Require(ok, "payload_type", absl::StrCat(request.payload_type()),
                  absl::StrCat(accepted, " for ", who));
  errors->Require(request.clock_rate_hz() == 8000, "clock_rate_hz", absl::StrCat(request.clock_rate_hz()),
                  absl::StrCat("8000 for ", who));
}

}  // namespace

ProcessorConfig ReadProcessor(const v1::StartSessionRequest& request, FieldErrors* errors) {
  switch (request.processor_case()) {
    case v1::StartSessionRequest::kEcho:
      return EchoConfig();
    case v1::StartSessionRequest::kTone:
      RequireCodec(request, IsG711(request.payload_type()), "0 (PCMU) or 8 (PCMA)", "a tone", errors);
      return ReadTone(request.tone(), "tone", errors);
    case v1::StartSessionRequest::kBot:
      RequireCodec(request, IsG711(request.payload_type()) || request.payload_type() == kPayloadTypeSlin,
                   "0 (PCMU), 8 (PCMA) or 10 (L16)", "a bot", errors);
      return ReadBot(request.bot(), errors);
    case v1::StartSessionRequest::PROCESSOR_NOT_SET:
      break;
  }
  errors->Require(false, "processor", "(none)", "echo, tone or bot");
  return EchoConfig();
}

void ToProto(const EchoConfig&, v1::Session* out) { out->mutable_echo(); }
void ToProto(const ToneConfig& tone, v1::Session* out) { ToProto(tone, out->mutable_tone()); }
void ToProto(const BotConfig& bot, v1::Session* out) { ToProto(bot, out->mutable_bot()); }

}  // namespace benari::media
