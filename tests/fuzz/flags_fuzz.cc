// One argument a line: as the command line of media, as a file of flags, and as each text that control's
// flags hold.
#include <string>
#include <vector>

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/endpoint.h"
#include "common/flag_types.h"
#include "common/net/url.h"
#include "common/settings_file.h"
#include "control/nodes/media_targets.h"
#include "media/node/config.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace benari {
namespace {

using fuzz::Require;

void CheckRefusal(const absl::Status& status) {
  if (!status.ok())
    Require(absl::StrContains(status.message(), "accepted"), "a refusal that names nothing accepted");
}

void CheckEndpoint(absl::string_view text) {
  const auto endpoint = ParseEndpoint(text);
  CheckRefusal(endpoint.status());
  if (!endpoint.ok()) return;
  const auto again = ParseEndpoint(endpoint->ToString());
  Require(again.ok() && *again == *endpoint, "an endpoint is not what it writes");
  const auto address = media::ParseSocketAddress(*endpoint);
  CheckRefusal(address.status());
  if (!address.ok()) return;
  const auto same = media::ParseSocketAddress(address->ToEndpoint());
  Require(same.ok() && *same == *address, "an address is not what it writes");
}

void CheckSeconds(absl::string_view text) {
  Seconds seconds;
  std::string error;
  if (!AbslParseFlag(text, &seconds, &error)) {
    Require(absl::StrContains(error, "accepted"), "seconds refused without a reason");
  } else if (!seconds.infinite()) {
    Require(seconds.ms().count() >= 0, "seconds below zero");
  }
}

void CheckUrl(absl::string_view text) {
  const auto url = net::ParseUrl(text, {"http", "https", "ws", "wss"});
  CheckRefusal(url.status());
  if (!url.ok()) return;
  const auto again = net::ParseUrl(url->ToString(), {url->scheme});
  Require(again.ok() && again->host == url->host && again->port == url->port &&
              again->target == url->target && again->scheme == url->scheme,
          "a URL is not what it writes");
  for (const char c : url->target) Require(c > ' ' && c <= '~', "a target that breaks the request line");
  for (const char c : net::PercentEncode(text)) Require(c > ' ' && c <= '~', "an encoding that needs one");
}

void CheckMediaTargets(absl::string_view text) {
  const auto targets = control::ParseMediaTargets(text);
  CheckRefusal(targets.status());
  if (targets.ok()) Require(targets->fixed.empty() != targets->dns.host.empty(), "neither a list nor a name");
}

// So that an input means the same whatever came before it.
void SetDefaults() {
  static const auto flags = absl::GetAllFlags();
  for (const auto& [name, flag] : flags) {
    std::string error;
    Require(flag->ParseFrom(flag->DefaultValue(), &error), "a default that its own flag does not take");
  }
}

void CheckCommandLine(const std::vector<std::string>& arguments) {
  SetDefaults();
  std::vector<std::string> kept = {"benari-media"};
  for (const std::string& argument : arguments) {
    // Ends the process, as it should; and would read whatever file the input names.
    const absl::string_view name = absl::StripPrefix(absl::StripPrefix(argument, "-"), "-");
    if (name == "help" || absl::StartsWith(name, "config")) continue;
    kept.push_back(argument);
  }
  std::vector<char*> argv;
  for (std::string& argument : kept) argv.push_back(argument.data());
  FlagErrors errors;
  const media::Config config = media::ReadConfig(static_cast<int>(argv.size()), argv.data(), &errors);
  for (const std::string& line : errors.lines()) {
    Require(absl::StrContains(line, "accepted is"), "a line that does not say what is accepted");
  }
  if (!errors.lines().empty()) return;
  Require(config.rtp_ports.min >= 1 && config.rtp_ports.min <= config.rtp_ports.max, "no range of ports");
  Require(config.workers >= 1 && config.max_ttl_ms >= 1, "nobody works, or nothing may be leased");
}

void CheckSettings(const std::string& text) {
  FlagErrors errors;
  for (const Setting& setting : ParseSettings({"file", text}, &errors)) {
    Require(!setting.name.empty() && setting.name.front() != '#', "a setting without a name");
    Require(text.find(setting.value) != std::string::npos, "a value that the file does not hold");
  }
  for (const std::string& line : errors.lines()) {
    Require(absl::StrContains(line, "accepted is"), "a line that does not say what is accepted");
  }
}

void Run(const std::string& text) {
  CheckSettings(text);
  const std::vector<std::string> lines = absl::StrSplit(text, absl::ByAnyChar(absl::string_view("\n\0", 2)));
  for (const std::string& line : lines) {
    // The value of a flag, or all of it.
    const std::string value = line.substr(line.find('=') == std::string::npos ? 0 : line.find('=') + 1);
    CheckEndpoint(value);
    CheckSeconds(value);
    CheckUrl(value);
    CheckMediaTargets(value);
  }
  CheckCommandLine(lines);
}

}  // namespace
}  // namespace benari

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  benari::Run(benari::fuzz::Input(data, size).Rest());
  return 0;
}
