#include "control/call/call_config.h"

namespace benari::control {

AudioFormat FormatOf(const CallConfig& config) {
  if (config.flow == FlowKind::kEcho) return config.format.value_or(*FindAudioFormat("alaw"));
  return config.format.has_value() && IsForBots(*config.format) ? *config.format : *FindAudioFormat("ulaw");
}

}  // namespace benari::control
