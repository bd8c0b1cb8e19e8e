#include "control/idle_flags.h"

#include <algorithm>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

ABSL_DECLARE_FLAG(std::string, ari_ca_file);
ABSL_DECLARE_FLAG(std::string, api_tls_cert_file);
ABSL_DECLARE_FLAG(std::string, api_tls_key_file);

namespace benari::control {

namespace {

// Returns the first "{word}" in `text`, with its braces; "" if there is none.
std::string Placeholder(absl::string_view text) {
  for (size_t open = text.find('{'); open != absl::string_view::npos; open = text.find('{', open + 1)) {
    const absl::string_view rest = text.substr(open + 1);
    const size_t length = std::min(rest.find('}'), rest.size());
    const absl::string_view word = rest.substr(0, length);
    const bool is_word =
        std::all_of(word.begin(), word.end(), [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
    if (length < rest.size() && !word.empty() && is_word) return absl::StrCat("{", word, "}");
  }
  return "";
}

// Those that are known have been replaced.
void AddPlaceholders(const BotSettings& settings, std::vector<std::string>* idle) {
  const Bot bot = MakeBot(settings, "", CallIdentity());
  for (const auto& [name, value] : bot.parameters) {
    const std::string unknown = Placeholder(value);
    if (unknown.empty()) continue;
    idle->push_back(
        absl::StrCat("--bot_parameters: ", unknown, " in ", name,
                     " is sent as it is: replaced are {call_id}, {call_sid}, {caller}, {called}"));
  }
}

}  // namespace

std::vector<std::string> IdleFlags(const Config& config) {
  std::vector<std::string> idle;
  const CallConfig& call = config.call;
  if (call.flow == FlowKind::kWebhook && call.webhook.url.empty())
    idle.push_back(
        "--flow=webhook: without --webhook_url only callers whose dial plan names a webhook_url have one");
  if (call.flow == FlowKind::kBot && call.bot.url.empty())
    idle.push_back("--flow=bot: without --bot_url only callers whose dial plan names a bot_url have a bot");
  for (const auto* const flag : {&FLAGS_api_tls_cert_file, &FLAGS_api_tls_key_file}) {
    const std::string file = absl::GetFlag(*flag);
    if (config.api.listen.host.empty() && !file.empty())
      idle.push_back(absl::StrCat("--", absl::GetFlagReflectionHandle(*flag).Name(), "=", file,
                                  ": not used without --api_listen"));
  }
  const std::string ca_file = absl::GetFlag(FLAGS_ari_ca_file);
  if (!config.ari.url.tls() && !ca_file.empty())
    idle.push_back(absl::StrCat("--ari_ca_file=", ca_file,
                                ": not used, since --ari_url=", config.ari.url.ToString(), " is not https"));
  AddPlaceholders(call.bot, &idle);
  return idle;
}

}  // namespace benari::control
