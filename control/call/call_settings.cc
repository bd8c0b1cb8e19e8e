#include "control/call/call_settings.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/enum_table.h"
#include "common/flag_types.h"
#include "control/call/audio_format.h"

namespace benari::control {

namespace {

constexpr int kLongestRinging = 600;  // seconds

constexpr EnumRow<FlowKind> kFlows[] = {
    {FlowKind::kEcho, "echo"}, {FlowKind::kBot, "bot"}, {FlowKind::kWebhook, "webhook"}};
static_assert(IsWhole(kFlows));
constexpr EnumRow<OnMediaLost> kOnMediaLost[] = {{OnMediaLost::kTransfer, "transfer"},
                                                 {OnMediaLost::kHangUp, "hangup"}};
static_assert(IsWhole(kOnMediaLost));
constexpr EnumRow<OnNoMedia> kOnNoMedia[] = {{OnNoMedia::kContinue, "continue"},
                                             {OnNoMedia::kHangUp, "hangup"}};
static_assert(IsWhole(kOnNoMedia));
constexpr EnumRow<Ringback> kRingbacks[] = {
    {Ringback::kRinging, "ringing"}, {Ringback::kMusic, "music"}, {Ringback::kNone, "none"}};
static_assert(IsWhole(kRingbacks));
constexpr EnumRow<Transfer> kTransfers[] = {{Transfer::kBlind, "blind"}, {Transfer::kAttended, "attended"}};
static_assert(IsWhole(kTransfers));
constexpr EnumRow<WhenFull> kWhenFull[] = {{WhenFull::kCongestion, "congestion"},
                                           {WhenFull::kContinue, "continue"}};
static_assert(IsWhole(kWhenFull));

absl::Status Accepted(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("accepted is ", what));
}

absl::Status SetDestination(CallConfig& config, absl::string_view value) {
  if (!absl::StrContains(value, '/'))
    return Accepted("TECHNOLOGY/RESOURCE, such as Local/4438007@default/n or PJSIP/4438007@trunk");
  config.destination = std::string(value);
  return absl::OkStatus();
}

absl::Status SetDialTimeout(CallConfig& config, absl::string_view value) {
  int seconds = 0;
  if (!absl::SimpleAtoi(value, &seconds) || seconds < 1 || seconds > kLongestRinging)
    return Accepted(absl::StrCat("1..", kLongestRinging));
  config.dial_timeout = std::chrono::seconds(seconds);
  return absl::OkStatus();
}

absl::Status SetFormat(CallConfig& config, absl::string_view value) {
  const auto format = FindAudioFormat(value);
  if (!value.empty() && !format.ok()) return format.status();
  config.format.reset();
  if (!value.empty()) config.format = *format;
  return absl::OkStatus();
}

absl::Status SetEchoTime(CallConfig& config, absl::string_view value) {
  Seconds seconds;
  std::string error;
  if (!AbslParseFlag(value, &seconds, &error)) return absl::InvalidArgumentError(error);
  config.echo_time.reset();
  if (!seconds.infinite()) config.echo_time = seconds.ms();
  return absl::OkStatus();
}

}  // namespace

absl::Status SetCallSetting(CallConfig& config, absl::string_view name, absl::string_view value) {
  if (name == "caller_id") {
    config.caller_id = std::string(value);
    return absl::OkStatus();
  }
  if (name == "destination") return SetDestination(config, value);
  if (name == "dial_timeout_seconds") return SetDialTimeout(config, value);
  if (name == "echo_seconds") return SetEchoTime(config, value);
  if (name == "flow") return ChooseWord(value, kFlows, &config.flow);
  if (name == "format") return SetFormat(config, value);
  if (name == "on_media_lost") return ChooseWord(value, kOnMediaLost, &config.on_media_lost);
  if (name == "on_no_media") return ChooseWord(value, kOnNoMedia, &config.on_no_media);
  if (name == "ringback") return ChooseWord(value, kRingbacks, &config.ringback);
  if (name == "transfer") return ChooseWord(value, kTransfers, &config.transfer);
  if (name == "when_full") return ChooseWord(value, kWhenFull, &config.when_full);
  absl::Status set = SetBotSetting(config.bot, name, value);
  if (absl::IsNotFound(set)) set = SetWebhookSetting(config.webhook, name, value);
  return absl::IsNotFound(set) ? Accepted(absl::StrJoin(kCallSettings, ", ")) : set;
}

std::vector<RefusedArgument> ApplyArguments(CallConfig& config, const std::vector<std::string>& arguments) {
  std::vector<RefusedArgument> refused;
  bool names_format = false;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const size_t equals = arguments[i].find('=');
    if (equals == std::string::npos) {
      refused.push_back({arguments[i], "accepted is NAME=VALUE"});
      continue;
    }
    const absl::string_view argument = arguments[i];
    const absl::Status set = SetCallSetting(config, argument.substr(0, equals), argument.substr(equals + 1));
    if (!set.ok()) refused.push_back({arguments[i], std::string(set.message())});
    names_format = names_format || (set.ok() && absl::StartsWith(argument, "format="));
  }
  const bool bot = config.flow != FlowKind::kEcho;
  if (bot && names_format && config.format.has_value() && !IsForBots(*config.format))
    refused.push_back({"format=" + config.format->name, "accepted for a bot is ulaw, alaw or slin"});
  return refused;
}

}  // namespace benari::control
