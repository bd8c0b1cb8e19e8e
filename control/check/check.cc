#include "control/check/check.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/check/asterisk_findings.h"
#include "control/check/audio_probe.h"
#include "control/check/dial_plan.h"
#include "control/check/rtp_range.h"
#include "control/check/speech_probe.h"
#include "control/loop/when_all.h"
#include "control/record/ids.h"

namespace benari::control {

namespace asio = boost::asio;
using Known = CheckFacts::Known;

namespace {
constexpr std::chrono::seconds kPatience{3};  // for the event WebSocket, and for a look-up of nodes
}

Check::Check(CheckParts parts, CheckOptions options, Print print)
    : parts_(std::move(parts)), options_(std::move(options)), print_(std::move(print)) {}

void Check::Add(const Finding& finding) {
  failed_ = failed_ || finding.verdict == Verdict::kFailed;
  print_(finding);
}

void Check::Add(const Findings& findings) {
  for (const Finding& each : findings) Add(each);
}

asio::awaitable<bool> Check::Run() {
  Add(Ok(absl::StrCat("settings: --ari_url=", options_.ari.url.ToString(), " --app=", options_.app,
                      " --owner=", options_.owner, " --media=", options_.media)));
  CheckFiles();
  Awaitable<bool> answering = AsteriskAnswers();
  bool audio = co_await std::move(answering);
  if (audio && !interrupted()) {
    Awaitable<void> modules = CheckModules();
    co_await std::move(modules);
    Awaitable<void> application = CheckApplication();
    co_await std::move(application);
    Awaitable<bool> events = EventsArrive();
    audio = co_await std::move(events);
  }
  if (!interrupted()) {
    Awaitable<std::vector<NodeAnswers>> nodes = CheckNodes();
    const std::vector<NodeAnswers> answers = co_await std::move(nodes);
    if (!audio) Add(Warned("audio: not tried, since Asterisk does not answer as it has to"));
    if (audio && !interrupted()) {
      Awaitable<void> probes = CheckAudio(answers);
      co_await std::move(probes);
    }
  }
  if (parts_.speech != nullptr && !interrupted()) {
    Awaitable<void> speech = CheckSpeech(audio);
    co_await std::move(speech);
  }
  if (interrupted()) Add(Failed(absl::StrCat("this check: ", parts_.facts.known().interrupted)));
  co_return !failed_;
}

void Check::CheckFiles() {
  const ConfigFile& rtp = options_.rtp_conf;
  const ConfigFile& extensions = options_.extensions_conf;
  if (rtp.text.has_value()) Add(OfRtpRange(rtp.path, *rtp.text, options_.max_calls));
  if (extensions.text.has_value()) Add(OfDialPlan(extensions.path, *extensions.text, options_.app));
}

asio::awaitable<bool> Check::AsteriskAnswers() {
  try {
    Awaitable<std::vector<ari::Bridge>> listing = parts_.ari.ListBridges();
    co_await std::move(listing);
  } catch (const ari::Error& error) {
    Add(OfAriFailure(error, options_.ari));
    co_return false;
  }
  Awaitable<void> version = CheckVersion();
  co_await std::move(version);
  co_return true;
}

// A control does without the version, and without the module that tells it.
asio::awaitable<void> Check::CheckVersion() {
  try {
    Awaitable<std::string> asking = parts_.ari.GetVersion();
    const std::string version = co_await std::move(asking);
    Add(OfVersion(version, options_.ari));
  } catch (const ari::Error& error) {
    Add(Warned(absl::StrCat("ARI: answers at ", options_.ari.url.ToString(),
                            ", but does not tell Asterisk's version: ", error.what())));
  }
}

asio::awaitable<void> Check::CheckModules() {
  try {
    Awaitable<std::vector<ari::Module>> listing = parts_.diagnostics.ListModules();
    const std::vector<ari::Module> modules = co_await std::move(listing);
    can_tell_ = IsRunning(modules, "func_talkdetect.so");
    Add(OfModules(modules, options_.call));
  } catch (const ari::Error& error) {
    Add(Warned(absl::StrCat("modules: not known, res_ari_asterisk.so lists them: ", error.what())));
  }
}

asio::awaitable<void> Check::CheckApplication() {
  try {
    Awaitable<ari::Application> asking = parts_.ari.GetApplication(options_.app);
    co_await std::move(asking);
    Add(OfApplication(options_.app, true));
  } catch (const ari::Error& error) {
    Add(error.not_found() ? OfApplication(options_.app, false) : OfAriFailure(error, options_.ari));
  }
}

asio::awaitable<bool> Check::EventsArrive() {
  parts_.start_events();
  std::function<bool(const Known&)> over = [](const Known& known) {
    return known.events_connected || !known.events_problem.empty();
  };
  Awaitable<bool> waiting = parts_.facts.WaitUntil(std::move(over), kPatience);
  co_await std::move(waiting);
  const Known& known = parts_.facts.known();
  if (known.events_connected) {
    Add(Ok("events: Asterisk's WebSocket is connected, for an application of this check's own"));
  } else {
    const std::string& problem = known.events_problem;  // which names what to look at
    Add(Failed(
        absl::StrCat("events: ", problem.empty() ? "no answer: look" : absl::StrCat(problem, "; look too"),
                     " at res_ari_events.so and res_http_websocket.so in Asterisk's modules.conf, and "
                     "at a proxy before --ari_url")));
  }
  co_return known.events_connected;
}

asio::awaitable<std::vector<NodeAnswers>> Check::CheckNodes() {
  std::function<bool(const Known&)> listed = [](const Known& known) { return known.nodes.has_value(); };
  Awaitable<bool> listing = parts_.facts.WaitUntil(std::move(listed), kPatience);
  co_await std::move(listing);
  std::vector<NodeAnswers> nodes;
  if (parts_.facts.known().nodes.has_value()) {
    for (const std::string& address : *parts_.facts.known().nodes) nodes.push_back({address});
  }
  if (nodes.empty()) Add(Failed(absl::StrCat("media: --media=", options_.media, " has no address")));
  std::vector<Awaitable<void>> asked;
  for (NodeAnswers& node : nodes) asked.push_back(Ask(&node));
  Awaitable<void> all = WhenAll(parts_.executor, std::move(asked));
  co_await std::move(all);
  std::vector<NodeAnswers> distinct;
  std::set<std::string> processes;
  for (NodeAnswers& node : nodes) {  // one with several addresses is one node
    if (node.status.has_value() && !processes.insert(node.status->instance_id).second) continue;
    Add(OfNode(node, options_.owner, options_.media_tls));
    distinct.push_back(std::move(node));
  }
  if (!processes.empty()) Add(OfPorts(distinct, options_.max_calls));
  co_return distinct;
}

asio::awaitable<void> Check::Ask(NodeAnswers* node) {
  try {
    Awaitable<NodeStatus> asking = parts_.media.KeepAlive(node->address, {});
    node->status = co_await std::move(asking);
    Awaitable<NodeSessions> listing = parts_.owners_media.ListSessions(node->address);
    node->owners = co_await std::move(listing);
  } catch (const MediaError& error) {
    node->problem = error.what();
  }
}

asio::awaitable<void> Check::CheckAudio(const std::vector<NodeAnswers>& nodes) {
  std::vector<AudioResult> results(nodes.size());
  std::vector<Awaitable<void>> probes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].takes_calls())
      probes.push_back(Probe(nodes[i].address, static_cast<int>(i) + 1, &results[i]));
  }
  Awaitable<void> all = WhenAll(parts_.executor, std::move(probes));
  co_await std::move(all);
  for (const AudioResult& result : results) {
    if (!result.node.empty()) Add(OfAudio(result));
  }
}

asio::awaitable<void> Check::CheckSpeech(bool asterisk_answers) {
  SpeechProbe probe(*parts_.speech, parts_.ari, parts_.facts, Ids(options_.check_owner).Media("speech", 1));
  Awaitable<Finding> running = probe.Run(asterisk_answers);
  const Finding found = co_await std::move(running);
  Add(found);
}

asio::awaitable<void> Check::Probe(std::string node, int number, AudioResult* result) {
  const ProbeContext context{parts_.ari,   parts_.diagnostics,      parts_.media,
                             parts_.facts, FormatOf(options_.call), can_tell_};
  AudioProbe probe(context, std::move(node), Ids(options_.check_owner).Media("check", number));
  Awaitable<AudioResult> running = probe.Run();
  *result = co_await std::move(running);
}

}  // namespace benari::control
