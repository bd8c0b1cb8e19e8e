#include "tests/harness/asterisk_config.h"

#include <filesystem>
#include <map>
#include <stdexcept>

#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

using Settings = std::map<std::string, std::string>;

void SetIn(const std::string& file, const Settings& settings) {
  std::string text = ReadFile(file);
  for (const auto& [key, value] : settings) text = WithSetting(text, key, value);
  WriteFile(file, text);
}

void AppendTo(const std::string& file, const std::string& added) { WriteFile(file, ReadFile(file) + added); }

std::string Directories(const std::string& dir) {
  return "[directories]\nastetcdir => " + dir + "/etc\nastrundir => " + dir + "/run\nastlogdir => " + dir +
         "/log\nastspooldir => " + dir + "/spool\nastdbdir => " + dir + "/db\n\n";
}

}  // namespace

std::string WithSetting(const std::string& text, const std::string& key, const std::string& value) {
  const std::string start = "\n" + key + " = ";
  const size_t at = text.find(start);
  if (at == std::string::npos || text.find(start, at + 1) != std::string::npos) {
    throw std::runtime_error("not exactly one line '" + key + " = …'");
  }
  const size_t value_at = at + start.size();
  return text.substr(0, value_at) + value + text.substr(text.find('\n', value_at));
}

void AddHttps(const std::string& target, const std::string& etc, const Endpoint& listen) {
  AppendTo(target + "/http.conf", "\ntlsenable = yes\ntlsbindaddr = " + listen.ToString() +
                                      "\ntlscertfile = " + etc + "/https.pem\ntlsprivatekey = " + etc +
                                      "/https.key\n");
}

void RenderAsteriskConfig(const std::string& packaged, const std::string& deploy, const std::string& target,
                          const AsteriskSettings& settings) {
  namespace fs = std::filesystem;
  constexpr auto kOver = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
  fs::copy(packaged, target, kOver);
  for (const auto& entry : fs::directory_iterator(deploy)) {
    if (entry.path().extension() == ".conf") fs::copy(entry.path(), target, kOver);
  }
  WriteFile(target + "/asterisk.conf", Directories(settings.run_dir) + ReadFile(target + "/asterisk.conf"));
  if (!settings.system_name.empty())
    AppendTo(target + "/asterisk.conf", "\nsystemname = " + settings.system_name + "\n");
  WriteFile(target + "/ari_password.conf", "password = " + settings.ari_password + "\n");
  SetIn(target + "/http.conf",
        {{"bindaddr", settings.http_host}, {"bindport", std::to_string(settings.http_port)}});
  SetIn(target + "/rtp.conf",
        {{"rtpstart", std::to_string(settings.rtp_first)}, {"rtpend", std::to_string(settings.rtp_last)}});
  SetIn(target + "/pjsip.conf", {{"bind", settings.sip.ToString()}});
  // The stand-in for the trunk is not always there and does not answer OPTIONS.
  SetIn(target + "/pjsip_wizard.conf",
        {{"remote_hosts", settings.trunk.ToString()},
         {"identify/match", settings.trunk.host},
         {"endpoint/allow", "!all," + settings.codecs},
         {"endpoint/rtp_timeout", std::to_string(settings.rtp_timeout.count())},
         {"aor/qualify_frequency", "0"}});
  SetIn(target + "/extensions.conf", {{"MAX_CALL_SECONDS", std::to_string(settings.max_call.count())}});
  AppendTo(target + "/pjsip.conf", "\n" + ReadFile(deploy + "/local/pjsip.conf"));
  AppendTo(target + "/extensions.conf",
           "\n" + ReadFile(deploy + "/local/extensions.conf") + settings.extensions);
  AppendTo(target + "/modules.conf", settings.modules);
  if (!settings.music.empty()) AppendTo(target + "/musiconhold.conf", "\n" + settings.music);
}

}  // namespace benari::e2e
