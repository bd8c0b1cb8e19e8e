#include "control/service/check_control.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "control/check/talking.h"
#include "control/service/leave.h"

namespace benari::control {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds kTimeLimit{12};
constexpr milliseconds kLongestRequest{3000}, kSilence{1000}, kLongestCommand{4000};
constexpr char kRtpConf[] = "/etc/asterisk/rtp.conf";
constexpr char kExtensionsConf[] = "/etc/asterisk/extensions.conf";

// A name for this run, valid as an application and as an owner.
std::string CheckName() {
  std::random_device random;
  return absl::StrCat("benari-check-", absl::Hex(random(), absl::kZeroPad8));
}

// The configuration with an application and an owner of the check's own, and shorter times.
Config ForCheck(Config config) {
  config.ari.app = config.media.owner = CheckName();
  config.http.timeout = std::min(config.http.timeout, kLongestRequest);
  config.http.release_wait = config.http.timeout;
  config.media.timeout = std::min(config.media.timeout, kLongestRequest);
  config.media.keep_alive_timeout = config.media.timeout;
  config.media.no_media_timeout = kSilence;
  if (config.speech.has_value()) {
    config.speech->timeout = kLongestCommand;
    config.speech->reuse = false;
  }
  return config;
}

bool IsThisMachine(const std::string& host) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

ConfigFile ReadConfigFile(const std::string& path, const std::string& ari_host) {
  std::ifstream file(path);
  if (!file || !IsThisMachine(ari_host)) return {path, std::nullopt};
  return {path, std::string(std::istreambuf_iterator<char>(file), {})};
}

std::string DescribeTargets(const MediaTargets& targets) {
  if (!targets.dns.host.empty()) return absl::StrCat("dns:///", targets.dns.ToString());
  return absl::StrJoin(targets.fixed, ",",
                       [](std::string* out, const Endpoint& each) { out->append(each.ToString()); });
}

CheckOptions OptionsOf(const Config& config, const std::string& check_owner) {
  CheckOptions options;
  options.app = config.app.app;
  options.owner = config.media.owner;
  options.check_owner = check_owner;
  options.ari = config.ari;
  options.media = DescribeTargets(config.media_targets);
  options.media_tls = !config.media.tls.ca.empty();
  options.max_calls = config.app.max_calls;
  options.call = config.call;
  options.rtp_conf = ReadConfigFile(kRtpConf, config.ari.url.host);
  options.extensions_conf = ReadConfigFile(kExtensionsConf, config.ari.url.host);
  return options;
}

// Without a buffer: each line is to be seen at once.
void Print(const Finding& finding) {
  std::puts(ToLine(finding).c_str());
  std::fflush(stdout);
}

}  // namespace

CheckControl::CheckControl(const Config& config)
    : config_(ForCheck(config)),
      timers_(loop_.get_executor()),
      facts_(loop_.get_executor(), timers_),
      ari_(loop_.get_executor(), config_.ari, config_.http),
      media_(loop_.get_executor(), config_.media, timers_),
      owners_media_(loop_.get_executor(), config.media, timers_),
      resolver_(loop_.get_executor(), config_.media_targets,
                [this](const std::vector<std::string>& addresses) {
                  facts_.Change([&addresses](CheckFacts::Known& known) { known.nodes = addresses; });
                }),
      events_(loop_.get_executor(), config_.ari, ari::EventStreamLimits(), Handlers()),
      speech_(config_.speech.has_value()
                  ? std::make_unique<CommandSpeech>(loop_.get_executor(), *config_.speech)
                  : nullptr),
      signals_(loop_, SIGTERM, SIGINT, SIGHUP),
      time_limit_(loop_),
      check_({loop_.get_executor(), ari_, ari_, media_, owners_media_, facts_, speech_.get(),
              [this] { events_.Start(); }},
             OptionsOf(config, config_.media.owner), Print) {}

void CheckControl::Run() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) Interrupt("ended by a signal; all that it had made is undone");
  });
  InterruptAfter(kTimeLimit);
  TakeSignals();
  resolver_.Start();
  asio::co_spawn(loop_, RunCheck(), asio::detached);
  loop_.run();
  Leave(1);
}

asio::awaitable<void> CheckControl::RunCheck() {
  asio::awaitable<bool> running = check_.Run();
  const bool good = co_await std::move(running);
  Leave(good ? 0 : 1);
}

ari::EventHandlers CheckControl::Handlers() {
  ari::EventHandlers handlers;
  handlers.on_connected = [this] {
    facts_.Change([](CheckFacts::Known& known) { known.events_connected = true; });
  };
  handlers.on_disconnected = [this](const std::string& why) {
    Interrupt(absl::StrCat("Asterisk's events were lost: ", why));
  };
  handlers.on_connect_failed = [this](net::ConnectProblem) {
    facts_.Change([this](CheckFacts::Known& known) { known.events_problem = events_.problem(); });
  };
  handlers.on_event = [this](const ari::Event& event) {
    if (const auto* const start = std::get_if<ari::StasisStart>(&event))
      facts_.Change([start](CheckFacts::Known& known) { known.started.insert(start->channel.id); });
    if (const auto* const end = std::get_if<ari::PlaybackFinished>(&event))
      facts_.Change([end](CheckFacts::Known& known) { known.played[end->playback_id] = !end->failed; });
  };
  handlers.on_other_event = [this](absl::string_view json) {
    const std::string channel = TalkingChannel(json);
    if (channel.empty()) return;
    facts_.Change([&channel](CheckFacts::Known& known) { known.talking.insert(channel); });
  };
  return handlers;
}

void CheckControl::InterruptAfter(Clock::Duration time) {
  time_limit_.expires_after(time);
  time_limit_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Interrupt(absl::StrCat("not at its end after ", kTimeLimit.count(), " s"));
  });
}

void CheckControl::Interrupt(const std::string& why) {
  facts_.Change([&why](CheckFacts::Known& known) { known.interrupted = why; });
}

}  // namespace benari::control
