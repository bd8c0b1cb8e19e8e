#include "control/check/asterisk_findings.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "control/app/asterisk_version.h"
#include "control/ari/connect_failure.h"

namespace benari::control {

namespace {

struct NeededModule {
  const char* name;
  const char* purpose;
};

constexpr NeededModule kModules[] = {
    {"res_ari.so", "ARI"},
    {"res_ari_applications.so", "ARI's /applications"},
    {"res_ari_bridges.so", "ARI's /bridges"},
    {"res_ari_channels.so", "ARI's /channels"},
    {"res_ari_events.so", "ARI's events"},
    {"res_http_websocket.so", "ARI's events"},
    {"res_stasis.so", "Stasis applications"},
    {"res_stasis_answer.so", "answering a channel over ARI"},
    {"app_stasis.so", "Stasis() in the dial plan"},
    {"chan_rtp.so", "ExternalMedia channels"},
    {"res_rtp_asterisk.so", "RTP"},
    {"bridge_simple.so", "bridges of two channels"},
    {"bridge_softmix.so", "bridges of more than two channels"},
};

// Of the format between Asterisk and media; nullptr: slin needs none.
const char* CodecModule(absl::string_view format) {
  for (const char* const name : {"codec_alaw.so", "codec_ulaw.so", "codec_g722.so", "codec_gsm.so"}) {
    if (absl::StrCat("codec_", format, ".so") == name) return name;
  }
  return nullptr;
}

std::string NotRunning(const std::vector<ari::Module>& modules, absl::string_view name,
                       absl::string_view purpose) {
  const bool loaded = std::any_of(modules.begin(), modules.end(),
                                  [name](const ari::Module& each) { return each.name == name; });
  return absl::StrCat("modules: ", name, " (", purpose, ") ",
                      loaded ? "is loaded and does not run: see Asterisk's log at its start"
                             : absl::StrCat("is not loaded: modules.conf needs autoload=yes, or load=", name,
                                            " and what it depends on, and no noload=", name));
}

}  // namespace

Finding OfAriFailure(const ari::Error& error, const ari::Access& access) {
  const bool says_itself = error.kind == ari::ErrorKind::kUnreachable;
  const std::string look_at = absl::StrCat(": look at ", ari::SettingsToLookAt(error.status, access));
  return Failed(absl::StrCat("ARI: ", error.what(), says_itself ? "" : look_at));
}

Findings OfVersion(absl::string_view version, const ari::Access& access) {
  Findings found = {Ok(absl::StrCat("ARI: Asterisk ", version, " at ", access.url.ToString(),
                                    " accepts --ari_user=", access.user))};
  if (DropsLateFrames(version)) {
    found.push_back(
        Warned("Asterisk's version: this Debian or Ubuntu package drops late audio frames where codecs "
               "differ: see \"One-way audio\" in deploy/asterisk/README.md"));
  }
  return found;
}

bool IsRunning(const std::vector<ari::Module>& modules, absl::string_view name) {
  return std::any_of(modules.begin(), modules.end(),
                     [name](const ari::Module& each) { return each.name == name && each.running; });
}

Findings OfModules(const std::vector<ari::Module>& modules, const CallConfig& config) {
  Findings found;
  size_t needed = 0;
  const auto need = [&](absl::string_view name, absl::string_view purpose) {
    ++needed;
    if (!IsRunning(modules, name)) found.push_back(Failed(NotRunning(modules, name, purpose)));
  };
  for (const NeededModule& each : kModules) need(each.name, each.purpose);
  const std::string format = FormatOf(config).name;
  if (const char* const codec = CodecModule(format)) need(codec, absl::StrCat("--format=", format));
  if (config.ringback == Ringback::kMusic) need("res_musiconhold.so", "--ringback=music");
  if (found.empty()) found.push_back(Ok(absl::StrCat("modules: the ", needed, " that benari uses run")));
  return found;
}

Finding OfApplication(absl::string_view app, bool known) {
  return Ok(known ? absl::StrCat("application: --app=", app,
                                 " is known to Asterisk, so a control serves it, or has done so")
                  : absl::StrCat("application: --app=", app, " is served by nobody now"));
}

}  // namespace benari::control
