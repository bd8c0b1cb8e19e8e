#include "control/config.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/command_line.h"
#include "common/enum_table.h"
#include "common/flag_types.h"
#include "control/ari/password.h"
#include "control/call/call_settings.h"
#include "control/page_flags.h"
#include "control/record/ids.h"
#include "control/say_flags.h"

using benari::Endpoint;
using benari::Seconds;

namespace benari::control {

namespace {

enum class WhenReplaced { kExit, kStandBy };
constexpr EnumRow<WhenReplaced> kWhenReplaced[] = {{WhenReplaced::kExit, "exit"},
                                                   {WhenReplaced::kStandBy, "stand_by"}};
static_assert(IsWhole(kWhenReplaced));
constexpr EnumRow<RtpSource> kRtpSources[] = {{RtpSource::kExact, "exact"}, {RtpSource::kLatch, "latch"}};
static_assert(IsWhole(kRtpSources));

bool AbslParseFlag(absl::string_view text, WhenReplaced* when, std::string* error) {
  return ParseWord(text, kWhenReplaced, when, error);
}
std::string AbslUnparseFlag(WhenReplaced when) { return Translate(kWhenReplaced, when); }

}  // namespace

static bool AbslParseFlag(absl::string_view text, RtpSource* source, std::string* error) {
  return ParseWord(text, kRtpSources, source, error);
}
static std::string AbslUnparseFlag(RtpSource source) { return Translate(kRtpSources, source); }

}  // namespace benari::control

ABSL_FLAG(std::string, ari_url, "http://127.0.0.1:8088/ari",
          "URL of Asterisk's REST interface (ARI), http or https");
ABSL_FLAG(std::string, ari_user, "benari", "ARI user, a section of ari.conf");
ABSL_FLAG(std::string, ari_password_file, "",
          "file with the ARI user's password; default: the environment variable BENARI_ARI_PASSWORD");
ABSL_FLAG(std::string, ari_ca_file, "",
          "CA certificates (PEM) to verify an https ARI with; default: the system's");
ABSL_FLAG(int, ari_timeout_ms, 5000,
          "timeout of an ARI request in ms; applies to queueing and again to the response");
ABSL_FLAG(int, ari_connections, 8, "HTTP connections to ARI; must stay below sessionlimit in http.conf");
ABSL_FLAG(std::string, app, "voicebot1", "name of the Stasis application");
ABSL_FLAG(std::string, owner, "benari",
          "name of this deployment; first part of every id it creates, one per Asterisk and application");
ABSL_FLAG(std::string, media, "127.0.0.1:50051", "media nodes: HOST:PORT[,HOST:PORT...] or dns:///NAME:PORT");
ABSL_FLAG(std::string, media_tls_ca_file, "",
          "CA certificates (PEM) to verify media nodes with; default: no TLS");
ABSL_FLAG(std::string, media_tls_cert_file, "",
          "client certificate (PEM) for media nodes that require one (mutual TLS)");
ABSL_FLAG(std::string, media_tls_key_file, "", "private key (PEM) of --media_tls_cert_file");
ABSL_FLAG(
    std::string, media_tls_server_name, "",
    "name that the certificates of media nodes are for; default: NAME of dns:///NAME, else each one's HOST");
ABSL_FLAG(benari::control::RtpSource, rtp_source, benari::control::RtpSource::kExact,
          "source from which media accepts RTP: exact (as Asterisk announced it), or latch (that of the "
          "first valid "
          "packet, for NAT)");
ABSL_FLAG(std::string, flow, "echo",
          "treatment of callers: echo, bot (see --bot_url) or webhook (see --webhook_url)");
ABSL_FLAG(
    std::string, format, "",
    "audio format between Asterisk and media: alaw, ulaw, g722, gsm or slin; default: alaw for an echo, "
    "ulaw for a bot, which takes ulaw, alaw or slin");
ABSL_FLAG(Seconds, echo_seconds, Seconds{7},
          "duration of the echo; 0: no echo, inf: until the caller hangs up");
ABSL_FLAG(std::string, bot_url, "",
          "WebSocket that media dials for each call of the bot flow, ws:// or wss://; {call_id}, {call_sid}, "
          "{caller} and {called} in it are replaced by those of the call");
ABSL_FLAG(std::string, bot_fallback_url, "", "bot that is dialled once if the one at --bot_url fails");
ABSL_FLAG(std::string, bot_parameters, "",
          "parameters sent to the bot when its stream starts, NAME=VALUE[&NAME=VALUE...]; placeholders as in "
          "--bot_url; from_number and to_number are always sent");
ABSL_FLAG(
    std::string, bot_credential, "",
    "name of a file in --bot_credentials_dir of the media nodes, with which they authenticate to the bot");
ABSL_FLAG(
    std::string, bot_on_close, "hangup",
    "action after the bot has closed, or after --bot_idle_seconds or --bot_max_seconds: hangup, transfer (to "
    "--destination) or continue (in the dial plan, with BENARI_BOT_RESULT set)");
ABSL_FLAG(
    std::string, bot_on_failure, "transfer",
    "action if no bot could be reached, or if it was lost and did not return: transfer, hangup or continue");
ABSL_FLAG(std::string, bot_max_seconds, "14400", "maximum time with the bot; inf: no limit");
ABSL_FLAG(std::string, bot_idle_seconds, "inf",
          "silence of both the caller and the bot after which the time with the bot ends; inf: no limit");
ABSL_FLAG(std::string, bot_reconnect_seconds, "10",
          "how long connecting to a bot is retried if it is not reachable, or was lost");
ABSL_FLAG(std::string, bot_drain_seconds, "10",
          "how long queued audio of the bot is still played after the bot has closed");
ABSL_FLAG(
    bool, bot_drain_on_hangup, false,
    "when a call is hung up over the API: whether queued audio of its bot is played before, for at most "
    "--bot_drain_seconds");
ABSL_FLAG(
    std::string, bot_answer, "at_once",
    "when to answer a caller that the dial plan has not answered: at_once, or when_ready (it hears ringing "
    "until the bot is ready)");
ABSL_FLAG(
    std::string, bot_waiting_tone, "ringing",
    "tone that an answered caller hears until the bot is ready, and while it is reconnected to: ringing, "
    "ringing_us or none");
ABSL_FLAG(
    std::string, webhook_url, "",
    "http or https URL that the webhook flow asks for each call what to do with it, as Twilio does: a form, "
    "answered in TwiML (Connect with Stream, Dial, Hangup, Reject, Pause, Play, Say, Redirect). Where it "
    "fails, "
    "--bot_on_failure says what follows");
ABSL_FLAG(std::string, webhook_fallback_url, "", "URL that is asked if the one at --webhook_url fails");
ABSL_FLAG(std::string, webhook_method, "POST", "POST, or GET with the form as query");
ABSL_FLAG(std::string, webhook_ca_file, "",
          "CA certificates (PEM) to verify https webhooks with; default: the system's");
ABSL_FLAG(std::string, webhook_auth_token_file, "",
          "file with the token that requests to webhooks are signed with (X-Twilio-Signature); default: the "
          "auth_token of --api_account_file; without either they are not signed");
ABSL_FLAG(
    std::string, dial_out_endpoint, "",
    "endpoint of the numbers, and of the names that --dial_out_allow matches, that a webhook or the API "
    "dials, such as PJSIP/{number}@trunk; default: they may dial none");
ABSL_FLAG(
    std::string, dial_out_sip_endpoint, "",
    "endpoint of the SIP URIs that a webhook or the API dials, such as PJSIP/trunk/{uri}; default: they "
    "may dial none");
ABSL_FLAG(std::string, dial_out_allow, "",
          "regular expression (RE2) that a name or a SIP URI must match as a whole to be dialled, such as "
          "alice|bob|sip:[^@]+@pbx\\.example; default: only numbers may be dialled");
ABSL_FLAG(std::string, destination, "Local/4438007@default/n",
          "endpoint the caller is connected to after the echo or the bot, as in Dial()");
ABSL_FLAG(std::string, caller_id, "", "caller id shown to the destination, such as \"Bot <100>\"");
ABSL_FLAG(std::string, dial_timeout_seconds, "30",
          "how long the destination may ring before the call is ended with no answer");
ABSL_FLAG(Seconds, no_media_seconds, Seconds{2},
          "silence from the caller after which missing media is diagnosed and logged; inf: never");
ABSL_FLAG(
    std::string, on_no_media, "continue",
    "action if no audio at all of the caller has arrived --no_media_seconds after the session started: "
    "continue or hangup. A caller whose audio has arrived once is never hung up for silence, nor one on "
    "hold: "
    "phones send nothing on hold, between words (voice activity detection) and while a key is pressed. A "
    "caller that has disappeared is detected by Asterisk's rtp_timeout");
ABSL_FLAG(std::string, on_media_lost, "transfer",
          "action if the media of a call is lost and no other node is available: transfer (connect the "
          "destination now) or hangup");
ABSL_FLAG(int, max_calls, 200,
          "maximum number of concurrent calls; each needs four ports of Asterisk's rtp.conf range");
ABSL_FLAG(std::string, ringback, "ringing",
          "what the caller hears until the destination answers: ringing, music (on hold, of the class that "
          "CHANNEL(musicclass) names) or none");
ABSL_FLAG(
    std::string, transfer, "blind",
    "how a redirect over the API takes a caller from its bot to a number: blind (the bot leaves at once, and "
    "the caller hears the --ringback) or attended (the bot stays until somebody answers, and goes on if "
    "nobody does)");
ABSL_FLAG(std::string, when_full, "congestion",
          "action for a caller that cannot be admitted: congestion (hang up, cause 42) or continue (in the "
          "dial plan)");
ABSL_FLAG(int, lease_ttl_ms, 10000,
          "time to live of a port lease in ms: how long media keeps it without a renewal");
ABSL_FLAG(int, renew_interval_ms, 500, "interval in ms between lease renewals to each media node");
ABSL_FLAG(int, media_timeout_ms, 1000, "timeout in ms of a request to a media node");
ABSL_FLAG(int, sweep_seconds, 30, "interval between searches for orphaned channels and bridges");
ABSL_FLAG(Seconds, drain_seconds, Seconds{10},
          "after SIGTERM: how long calls may go on before they are hung up");
ABSL_FLAG(benari::control::WhenReplaced, when_replaced, benari::control::WhenReplaced::kExit,
          "when another instance takes over: exit, or stand_by and take over again when it is gone");
ABSL_FLAG(bool, standby, false,
          "start as a stand-by: take over once no media node has heard from another instance");
ABSL_FLAG(bool, fenced, false,
          "set by control itself together with --standby: media refused this instance although it was still "
          "subscribed in Asterisk, so one second without another instance is enough");
ABSL_FLAG(Seconds, standby_seconds, Seconds{5},
          "silence of another instance after which it counts as gone; must be below --lease_ttl_ms");
ABSL_FLAG(Endpoint, metrics_listen, Endpoint("127.0.0.1", 9101),
          "the live page, GET /calls and Prometheus metrics; port 0: any; empty: none");
ABSL_FLAG(benari::log::Format, log_format, benari::log::Format::kText, "text or json");
ABSL_FLAG(benari::log::Level, log_level, benari::log::Level::kInfo, "debug, info, warning or error");
ABSL_FLAG(bool, healthcheck, false,
          "probe the control at --metrics_listen and exit with 0 (serving or standing by) or 1");
ABSL_FLAG(
    bool, check, false,
    "try everything that a call needs with the other flags given, print a line for each (ok, warning or "
    "FAILED with what to look at), and exit with 0 or, if something has failed, 1; disturbs neither "
    "calls nor a control that runs");

namespace benari::control {

namespace {

using std::chrono::milliseconds;

std::string ReadPassword(FlagErrors& errors) {
  const std::string path = absl::GetFlag(FLAGS_ari_password_file);
  const char* const password = std::getenv("BENARI_ARI_PASSWORD");
  if (path.empty() && password == nullptr) {
    errors.Require(false, "ari_password_file", "",
                   "a readable file, or the password in the environment as BENARI_ARI_PASSWORD");
    return "";
  }
  const auto read = path.empty() ? ParsePassword(password) : ReadPasswordFile(path);
  if (read.ok()) return *read;
  errors.Refuse(
      "ari_password_file", path,
      absl::StrCat(path.empty() ? "BENARI_ARI_PASSWORD in the environment: " : "", read.status().message()));
  return "";
}

void ReadCall(FlagErrors& errors, Config& config) {
  const Seconds silence = absl::GetFlag(FLAGS_no_media_seconds);
  config.media.no_media_timeout = silence.infinite() ? milliseconds(0) : silence.ms();
  errors.Require(silence.infinite() || (silence.value >= 0.1 && silence.value <= 3600), "no_media_seconds",
                 AbslUnparseFlag(silence), "0.1..3600 or inf");
  for (const char* const name : kCallSettings) {
    const std::string value = absl::FindCommandLineFlag(name)->CurrentValue();
    const absl::Status set = SetCallSetting(config.call, name, value);
    if (!set.ok()) errors.Refuse(name, value, set.message());
  }
}

void ReadWebhook(FlagErrors& errors, Config& config) {
  config.webhook.ca_file = absl::GetFlag(FLAGS_webhook_ca_file);
  CheckTlsFiles({config.webhook.ca_file, "", ""}, {"webhook_ca_file", "", ""},
                std::chrono::system_clock::now(), &errors);
  const std::string path = absl::GetFlag(FLAGS_webhook_auth_token_file);
  config.webhook.auth_token = config.api.account.token;
  if (path.empty()) return;
  const auto token = ReadPasswordFile(path);
  if (token.ok()) config.webhook.auth_token = *token;
  if (!token.ok()) errors.Refuse("webhook_auth_token_file", path, token.status().message());
}

void ReadMediaTls(FlagErrors& errors, Config& config) {
  GrpcMediaClient::Options& media = config.media;
  media.tls = {absl::GetFlag(FLAGS_media_tls_ca_file), absl::GetFlag(FLAGS_media_tls_cert_file),
               absl::GetFlag(FLAGS_media_tls_key_file)};
  const TlsFiles flags = MediaTlsFlags();
  CheckTlsFiles(media.tls, flags, std::chrono::system_clock::now(), &errors);
  media.server_name = absl::GetFlag(FLAGS_media_tls_server_name);
  const bool wanted = !media.tls.cert.empty() || !media.tls.key.empty() || !media.server_name.empty();
  errors.Require(!wanted || !media.tls.ca.empty(), flags.ca, "",
                 "the CA certificates to verify media nodes with, since other --media_tls_ flags are given");
  if (media.server_name.empty() && !media.tls.ca.empty()) media.server_name = config.media_targets.dns.host;
}

void ReadMedia(FlagErrors& errors, Config& config) {
  config.media.owner = absl::GetFlag(FLAGS_owner);
  errors.Require(IsValidOwner(config.media.owner), "owner", config.media.owner, "1..32 of A-Z a-z 0-9 _ -");
  const std::string media = absl::GetFlag(FLAGS_media);
  const auto targets = ParseMediaTargets(media);
  if (targets.ok()) {
    config.media_targets = *targets;
  } else {
    errors.Refuse("media", media, targets.status().message());
  }
  ReadMediaTls(errors, config);
  config.media.rtp_source = absl::GetFlag(FLAGS_rtp_source);
  const int ttl_ms = ReadInRange(FLAGS_lease_ttl_ms, 1000, 3600000, &errors);
  const int renew_ms = ReadInRange(FLAGS_renew_interval_ms, 50, 60000, &errors);
  errors.Require(renew_ms * 3 <= ttl_ms, "renew_interval_ms", absl::StrCat(renew_ms),
                 "at most a third of --lease_ttl_ms, so that two lost renewals lose no lease");
  config.media.lease_ttl = milliseconds(ttl_ms);
  config.media.timeout = milliseconds(ReadInRange(FLAGS_media_timeout_ms, 50, 60000, &errors));
  config.media.keep_alive_timeout = std::min(config.media.timeout, milliseconds(renew_ms));
  config.keeper.interval = milliseconds(renew_ms);
}

void ReadAri(FlagErrors& errors, Config& config) {
  config.app.app = absl::GetFlag(FLAGS_app);
  errors.Require(!config.app.app.empty() && !absl::StrContains(config.app.app, ','), "app", config.app.app,
                 "the name of one Stasis application, without ','");
  const std::string user = absl::GetFlag(FLAGS_ari_user);
  errors.Require(!user.empty() && !absl::StrContains(user, ':'), "ari_user", user,
                 "the name of a section in ari.conf, without ':'");
  config.app.max_calls = static_cast<size_t>(ReadInRange(FLAGS_max_calls, 1, 10000, &errors));
  config.app.sweep_interval = std::chrono::seconds(ReadInRange(FLAGS_sweep_seconds, 1, 86400, &errors));
  config.http.timeout = milliseconds(ReadInRange(FLAGS_ari_timeout_ms, 100, 120000, &errors));
  config.http.connections = ReadInRange(FLAGS_ari_connections, 1, 1000, &errors);
  const std::string url = absl::GetFlag(FLAGS_ari_url);
  const std::string ca_file = absl::GetFlag(FLAGS_ari_ca_file);
  const size_t mistakes = errors.lines().size();
  CheckTlsFiles({ca_file, "", ""}, {"ari_ca_file", "", ""}, std::chrono::system_clock::now(), &errors);
  const bool ca_read = errors.lines().size() == mistakes;
  const auto access =
      ari::MakeAccess(url, user, ReadPassword(errors), config.app.app, ca_read ? ca_file : "");
  if (access.ok()) {
    config.ari = *access;
  } else {
    errors.Refuse("ari_url", url, access.status().message());
  }
}

void ReadEnding(FlagErrors& errors, Config& config) {
  const Seconds drain = absl::GetFlag(FLAGS_drain_seconds);
  errors.Require(drain.value <= 86400, "drain_seconds", AbslUnparseFlag(drain), "0..86400");
  if (drain.value <= 86400) config.drain = drain.ms();
  config.stand_by_when_replaced = absl::GetFlag(FLAGS_when_replaced) == WhenReplaced::kStandBy;
  config.standby = absl::GetFlag(FLAGS_standby);
  config.fenced = absl::GetFlag(FLAGS_fenced);
  const Seconds patience = absl::GetFlag(FLAGS_standby_seconds);
  errors.Require(patience.value >= 1 && patience.value <= 3600, "standby_seconds", AbslUnparseFlag(patience),
                 "1..3600");
  if (patience.value <= 3600) config.standby_patience = patience.ms();
  // After a longer time the leases would have expired before the take-over.
  errors.Require(patience.value > 3600 || config.standby_patience < config.media.lease_ttl, "standby_seconds",
                 AbslUnparseFlag(patience),
                 absl::StrCat("less than --lease_ttl_ms=", config.media.lease_ttl.count()));
}

// An instance that serves sends one request per renewal to the media nodes: a shorter silence is no evidence.
void ReadSilence(FlagErrors& errors, Config& config) {
  const milliseconds renewals = 3 * config.keeper.interval;
  const bool stands_by = config.standby || config.stand_by_when_replaced;
  errors.Require(!stands_by || config.standby_patience >= renewals, "standby_seconds",
                 AbslUnparseFlag(absl::GetFlag(FLAGS_standby_seconds)),
                 absl::StrCat("at least three times --renew_interval_ms=", config.keeper.interval.count()));
  config.keeper.other_gone_after = std::max(config.standby_patience, renewals);
}

}  // namespace

TlsFiles MediaTlsFlags() { return {"media_tls_ca_file", "media_tls_cert_file", "media_tls_key_file"}; }

std::vector<std::string> SecretFiles() {
  std::vector<std::string> files = ApiFiles();
  for (const auto* flag : {&FLAGS_ari_password_file, &FLAGS_ari_ca_file, &FLAGS_webhook_auth_token_file,
                           &FLAGS_webhook_ca_file}) {
    if (std::string path = absl::GetFlag(*flag); !path.empty()) files.push_back(std::move(path));
  }
  return files;
}

std::vector<std::string> ReadSecretsAgain(Config* config) {
  FlagErrors errors;
  Config again = *config;
  ReadAri(errors, again);
  again.api = ReadApiFlags(errors);
  ReadWebhook(errors, again);
  ReadMediaTls(errors, again);
  if (!errors.lines().empty()) return errors.lines();
  config->ari = std::move(again.ari);
  config->api = std::move(again.api);
  config->webhook = std::move(again.webhook);
  return {};
}

Config ReadConfig(int argc, char** argv) {
  FlagErrors errors;
  Config config;
  config.settings_files =
      ParseCommandLine(argc, argv, "benari-control: answers the calls of a Stasis application", &errors);
  config.log_format = absl::GetFlag(FLAGS_log_format);
  config.log_level = absl::GetFlag(FLAGS_log_level);
  config.metrics_listen = absl::GetFlag(FLAGS_metrics_listen);
  config.healthcheck = absl::GetFlag(FLAGS_healthcheck);
  config.check = absl::GetFlag(FLAGS_check);
  if (config.healthcheck) {
    errors.Require(!config.metrics_listen.host.empty(), "metrics_listen", "",
                   "HOST:PORT where the control to probe serves its metrics");
    errors.ExitIfAny();
    return config;
  }
  ReadAri(errors, config);
  ReadMedia(errors, config);
  ReadCall(errors, config);
  config.api = ReadApiFlags(errors);
  ReadWebhook(errors, config);
  config.metrics_hosts = ReadMetricsHosts(errors);
  config.peers = ReadPeersFlag(errors);
  config.speech = ReadSayFlags(errors);
  ReadEnding(errors, config);
  ReadSilence(errors, config);
  errors.ExitIfAny();
  return config;
}

}  // namespace benari::control
