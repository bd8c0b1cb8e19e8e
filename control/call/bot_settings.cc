#include "control/call/bot_settings.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/enum_table.h"
#include "common/flag_types.h"
#include "common/net/url.h"
#include "common/plain_name.h"

namespace benari::control {

namespace {

using std::chrono::milliseconds;

constexpr size_t kMostParameters = 48;  // media accepts 50, two of which are from_number and to_number

constexpr EnumRow<AfterBot> kAfterBot[] = {
    {AfterBot::kHangUp, "hangup"}, {AfterBot::kTransfer, "transfer"}, {AfterBot::kContinue, "continue"}};
static_assert(IsWhole(kAfterBot));
constexpr EnumRow<BotAnswer> kAnswers[] = {{BotAnswer::kAtOnce, "at_once"},
                                           {BotAnswer::kWhenReady, "when_ready"}};
static_assert(IsWhole(kAnswers));
enum class WaitingTone { kRinging, kRingingUs, kNone };
constexpr EnumRow<WaitingTone> kWaitingTones[] = {{WaitingTone::kRinging, "ringing"},
                                                  {WaitingTone::kRingingUs, "ringing_us"},
                                                  {WaitingTone::kNone, "none"}};
static_assert(IsWhole(kWaitingTones));

absl::Status Accepted(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("accepted is ", what));
}

// The ringing tones of Germany and much of Europe, and of North America (ITU-T E.180).
Tone Ringing() { return {{{{425}, milliseconds(1000)}, {{}, milliseconds(4000)}}}; }
Tone RingingUs() { return {{{{440, 480}, milliseconds(2000)}, {{}, milliseconds(4000)}}}; }

const std::string* ValueOf(absl::string_view placeholder, const CallIdentity& call) {
  if (placeholder == "call_id") return &call.call_id;
  if (placeholder == "call_sid") return &call.call_sid;
  if (placeholder == "caller") return &call.caller;
  if (placeholder == "called") return &call.called;
  return nullptr;
}

// Replaces each known "{name}" and keeps every other brace. Returns false if there was another one.
bool Expand(absl::string_view text, const CallIdentity& call, std::string (*encode)(absl::string_view),
            std::string* expanded) {
  bool all_known = true;
  while (!text.empty()) {
    const size_t open = text.find('{');
    absl::StrAppend(expanded, text.substr(0, open));
    if (open == absl::string_view::npos) break;
    text.remove_prefix(open + 1);
    const size_t close = text.find('}');
    const std::string* const value =
        close == absl::string_view::npos ? nullptr : ValueOf(text.substr(0, close), call);
    all_known = all_known && value != nullptr;
    absl::StrAppend(expanded, value == nullptr ? "{" : encode(*value));
    if (value != nullptr) text.remove_prefix(close + 1);
  }
  return all_known;
}

std::string AsItIs(absl::string_view text) { return std::string(text); }

absl::Status SetUrl(std::string& setting, absl::string_view value) {
  if (value.empty()) {
    setting.clear();
    return absl::OkStatus();
  }
  std::string example;
  if (!Expand(value, {"1", "1", "1", "1"}, net::PercentEncode, &example))
    return Accepted("in braces only {call_id}, {call_sid}, {caller} or {called}");
  const auto url = net::ParseUrl(example, {"ws", "wss"});
  if (!url.ok()) return url.status();
  setting = std::string(value);
  return absl::OkStatus();
}

absl::Status AddParameter(std::map<std::string, std::string>& parameters, absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> pair = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const bool has_both = absl::StrContains(text, '=') && !pair.first.empty();
  if (!has_both) return Accepted("NAME=VALUE, several of them with & in between");
  parameters[std::string(pair.first)] = std::string(pair.second);
  if (parameters.size() > kMostParameters)
    return Accepted(absl::StrCat("up to ", kMostParameters, " parameters"));
  return absl::OkStatus();
}

// Both separators are accepted: an argument of Stasis() cannot contain a comma, a flag can.
absl::Status SetParameters(BotSettings& settings, absl::string_view value) {
  std::map<std::string, std::string> parameters;
  for (const absl::string_view each : absl::StrSplit(value, absl::ByAnyChar("&,"), absl::SkipEmpty())) {
    const size_t before = parameters.size();
    const absl::Status added = AddParameter(parameters, each);
    if (!added.ok()) return added;
    if (parameters.size() == before) return Accepted("each NAME once");
  }
  settings.parameters = std::move(parameters);
  return absl::OkStatus();
}

absl::Status SetCredential(BotSettings& settings, absl::string_view value) {
  if (!value.empty() && !IsPlainName(value))
    return Accepted(
        absl::StrCat("the name of a file in the media nodes' --bot_credentials_dir, ", kAcceptedPlainNames));
  settings.credential = std::string(value);
  return absl::OkStatus();
}

// Sets nullopt for inf, if that is accepted.
absl::Status ReadTime(absl::string_view value, double min, double max, bool or_inf,
                      std::optional<milliseconds>* time) {
  Seconds seconds;
  std::string error;
  const bool read = AbslParseFlag(value, &seconds, &error);
  const bool in_range = read && !seconds.infinite() && seconds.value >= min && seconds.value <= max;
  if (!in_range && !(read && seconds.infinite() && or_inf))
    return Accepted(absl::StrCat(min, "..", max, or_inf ? " or inf" : ""));
  time->reset();
  if (in_range) *time = seconds.ms();
  return absl::OkStatus();
}

absl::Status SetTime(milliseconds& setting, absl::string_view value, double min, double max, bool or_inf) {
  std::optional<milliseconds> time;
  const absl::Status read = ReadTime(value, min, max, or_inf, &time);
  if (read.ok()) setting = time.value_or(milliseconds(0));
  return read;
}

absl::Status SetSwitch(bool& setting, absl::string_view value) {
  return absl::SimpleAtob(value, &setting) ? absl::OkStatus() : Accepted("true or false");
}

absl::Status SetWaitingTone(BotSettings& settings, absl::string_view value) {
  WaitingTone tone = WaitingTone::kNone;
  const absl::Status chosen = ChooseWord(value, kWaitingTones, &tone);
  if (!chosen.ok()) return chosen;
  settings.waiting.reset();
  if (tone == WaitingTone::kRinging) settings.waiting = Ringing();
  if (tone == WaitingTone::kRingingUs) settings.waiting = RingingUs();
  return absl::OkStatus();
}

}  // namespace

BotSettings::BotSettings() : waiting(Ringing()) {}

absl::Status SetBotSetting(BotSettings& settings, absl::string_view name, absl::string_view value) {
  if (name == "bot_url") return SetUrl(settings.url, value);
  if (name == "bot_fallback_url") return SetUrl(settings.fallback_url, value);
  if (name == "bot_parameters") return SetParameters(settings, value);
  if (name == "bot_parameter") {
    std::map<std::string, std::string> parameters = settings.parameters;
    const absl::Status added = AddParameter(parameters, value);
    if (added.ok()) settings.parameters = std::move(parameters);
    return added;
  }
  if (name == "bot_credential") return SetCredential(settings, value);
  if (name == "bot_on_close") return ChooseWord(value, kAfterBot, &settings.on_close);
  if (name == "bot_on_failure") return ChooseWord(value, kAfterBot, &settings.on_failure);
  if (name == "bot_max_seconds") return ReadTime(value, 1, 86400, /*or_inf=*/true, &settings.max_time);
  if (name == "bot_idle_seconds") return SetTime(settings.idle_timeout, value, 1, 86400, /*or_inf=*/true);
  if (name == "bot_reconnect_seconds") return SetTime(settings.reconnect, value, 0, 600, /*or_inf=*/false);
  if (name == "bot_drain_seconds") return SetTime(settings.drain, value, 0, 60, /*or_inf=*/false);
  if (name == "bot_drain_on_hangup") return SetSwitch(settings.drain_on_hangup, value);
  if (name == "bot_answer") return ChooseWord(value, kAnswers, &settings.answer);
  if (name == "bot_waiting_tone") return SetWaitingTone(settings, value);
  return absl::NotFoundError("there is no such setting");
}

Bot MakeBot(const BotSettings& settings, const std::string& url, const CallIdentity& call) {
  Bot bot;
  Expand(url, call, net::PercentEncode, &bot.url);
  bot.call_sid = call.call_sid;
  for (const auto& [name, value] : settings.parameters) Expand(value, call, AsItIs, &bot.parameters[name]);
  bot.parameters.emplace("from_number", call.caller);
  bot.parameters.emplace("to_number", call.called);
  bot.credential = settings.credential;
  bot.drain = settings.drain;
  bot.reconnect = settings.reconnect;
  bot.idle_timeout = settings.idle_timeout;
  bot.waiting = settings.waiting;
  return bot;
}

std::string OriginOf(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return "";
  return url.substr(0, url.find_first_of("/?", scheme + 3));
}

}  // namespace benari::control
