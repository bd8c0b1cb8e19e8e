#pragma once

#include <vector>

#include "control/ari/diagnostics.h"

namespace benari::control {

// The modules of an Asterisk that has all that benari uses with default flags. Pure.
inline std::vector<ari::Module> AllModules() {
  std::vector<ari::Module> modules;
  for (const char* const name :
       {"res_ari.so", "res_ari_applications.so", "res_ari_bridges.so", "res_ari_channels.so",
        "res_ari_events.so", "res_http_websocket.so", "res_stasis.so", "res_stasis_answer.so",
        "app_stasis.so", "chan_rtp.so", "res_rtp_asterisk.so", "bridge_simple.so", "bridge_softmix.so",
        "codec_alaw.so", "func_talkdetect.so"})
    modules.push_back({name, true});
  return modules;
}

}  // namespace benari::control
