// benari-fake-asterisk: stands in for Asterisk and the phone where no real Asterisk can be had. It waits for
// the app to be served, places the calls, writes a JSON line of all that happens to stdout, and ends when the
// calls are over, with the ledger as its last line. Exit 0: nothing is left; 1: something is, or nobody came.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_split.h"
#include "common/endpoint.h"
#include "common/flag_types.h"
#include "common/log.h"
#include "tests/fakes/asterisk_json.h"
#include "tests/fakes/fake_asterisk.h"

ABSL_FLAG(benari::Endpoint, http_listen, benari::Endpoint("127.0.0.1", 0),
          "where ARI is served; port 0: the kernel's choice");
ABSL_FLAG(std::string, user, "benari", "ARI user");
ABSL_FLAG(std::string, password, "secret", "ARI password");
ABSL_FLAG(std::string, app, "voicebot1", "Stasis app that the callers enter");
ABSL_FLAG(std::string, number, "3308487", "what the callers dial");
ABSL_FLAG(std::string, arguments, "inbound",
          "of Stasis(), after the app; the callers take turns at those between semicolons");
ABSL_FLAG(int, pause_frames, 0,
          "the callers speak for so many 20 ms, and pause for as many; 0: they never pause");
ABSL_FLAG(int, calls, 1, "how many calls are placed; 0: none, serve until SIGTERM");
ABSL_FLAG(benari::Seconds, call_interval_seconds, benari::Seconds{0.1}, "between two calls");
ABSL_FLAG(benari::Seconds, caller_hangup_seconds, benari::Seconds{std::numeric_limits<double>::infinity()},
          "when the caller hangs up; inf: the other side does");
ABSL_FLAG(std::string, destination_behaviour, "hangs_up",
          "answers|hangs_up|busy|congestion|unknown|unallocated|rings|unroutable");
ABSL_FLAG(benari::Seconds, destination_answer_seconds, benari::Seconds{1}, "ringing, before it answers");
ABSL_FLAG(benari::Seconds, destination_hangup_seconds, benari::Seconds{3}, "after its answer, of hangs_up");
ABSL_FLAG(benari::Seconds, answer_delay_seconds, benari::Seconds{0}, "a slow Asterisk: added to each answer");
ABSL_FLAG(benari::Seconds, wait_seconds, benari::Seconds{60}, "for the app to be served");
ABSL_FLAG(int, session_limit, 100, "open HTTP connections; those beyond are closed without an answer");
ABSL_FLAG(std::string, rtp_bind, "127.0.0.1", "address of the RTP sockets");
ABSL_FLAG(std::string, record_wav, "", "file for what the first caller hears; empty: none");
ABSL_FLAG(uint64_t, seed, 1, "of the order of events and answers");
ABSL_FLAG(benari::log::Format, log_format, benari::log::Format::kText, "text|json");

namespace benari::fakes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::atomic<bool> stop_requested{false};

// Lines of what happens, in ms since the start. Thread-safe.
class Journal {
 public:
  void Write(json line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    line["ms"] = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start_).count();
    std::cout << line.dump() << std::endl;
  }

 private:
  std::mutex mutex_;
  const steady_clock::time_point start_ = steady_clock::now();
};

std::optional<Destination::Kind> KindOf(const std::string& behaviour) {
  using Kind = Destination::Kind;
  static const std::map<std::string, Kind> kinds = {
      {"answers", Kind::kAnswers}, {"hangs_up", Kind::kAnswers},
      {"busy", Kind::kBusy},       {"congestion", Kind::kCongestion},
      {"unknown", Kind::kUnknown}, {"unallocated", Kind::kUnallocated},
      {"rings", Kind::kRings},     {"unroutable", Kind::kUnroutable}};
  const auto found = kinds.find(behaviour);
  return found == kinds.end() ? std::nullopt : std::optional<Kind>(found->second);
}

Destination DestinationFromFlags() {
  const std::string behaviour = absl::GetFlag(FLAGS_destination_behaviour);
  Destination destination;
  destination.kind = *KindOf(behaviour);
  destination.answers_after = absl::GetFlag(FLAGS_destination_answer_seconds).ms();
  if (behaviour == "hangs_up")
    destination.hangs_up_after = absl::GetFlag(FLAGS_destination_hangup_seconds).ms();
  return destination;
}

void CheckFlags() {
  FlagErrors errors;
  const auto finite = [&errors](const char* name, const Seconds& seconds) {
    errors.Require(!seconds.infinite(), name, "inf", "a number of seconds");
  };
  finite("call_interval_seconds", absl::GetFlag(FLAGS_call_interval_seconds));
  finite("destination_answer_seconds", absl::GetFlag(FLAGS_destination_answer_seconds));
  finite("destination_hangup_seconds", absl::GetFlag(FLAGS_destination_hangup_seconds));
  finite("answer_delay_seconds", absl::GetFlag(FLAGS_answer_delay_seconds));
  finite("wait_seconds", absl::GetFlag(FLAGS_wait_seconds));
  const int calls = absl::GetFlag(FLAGS_calls);
  errors.Require(calls >= 0 && calls <= 100000, "calls", std::to_string(calls), "0..100000");
  const int pause = absl::GetFlag(FLAGS_pause_frames);
  errors.Require(pause >= 0, "pause_frames", std::to_string(pause), "0 or more");
  const int limit = absl::GetFlag(FLAGS_session_limit);
  errors.Require(limit >= 1, "session_limit", std::to_string(limit), "1 or more");
  const std::string behaviour = absl::GetFlag(FLAGS_destination_behaviour);
  errors.Require(KindOf(behaviour).has_value(), "destination_behaviour", behaviour,
                 "answers, hangs_up, busy, congestion, unknown, unallocated, rings or unroutable");
  errors.ExitIfAny();
}

FakeAsteriskOptions OptionsFromFlags(Journal& journal) {
  FakeAsteriskOptions options;
  options.listen = absl::GetFlag(FLAGS_http_listen);
  options.user = absl::GetFlag(FLAGS_user);
  options.password = absl::GetFlag(FLAGS_password);
  options.limits.session_limit = absl::GetFlag(FLAGS_session_limit);
  options.rtp_bind = absl::GetFlag(FLAGS_rtp_bind);
  options.record = !absl::GetFlag(FLAGS_record_wav).empty();
  options.pauses = static_cast<uint32_t>(absl::GetFlag(FLAGS_pause_frames));
  options.model.seed = absl::GetFlag(FLAGS_seed);
  options.on_event = [&journal](const Notice& notice) {
    const json event = EventJson(notice);
    json line = {{"event", event["type"]}};
    if (notice.channel) line["channel"] = notice.channel->ari.id;
    if (notice.channel) line["name"] = notice.channel->ari.name;
    if (event.contains("bridge")) line["bridge"] = event["bridge"]["id"];
    for (const char* field : {"args", "cause", "cause_txt", "dialstatus"}) {
      if (event.contains(field)) line[field] = event[field];
    }
    journal.Write(std::move(line));
  };
  options.on_request = [&journal](const HttpRequest& request, int status) {
    journal.Write({{"request", request.method + " " + request.target}, {"status", status}});
  };
  return options;
}

// False: SIGTERM came, or `patience` is over.
bool Wait(const FakeAsterisk& asterisk, const std::function<bool(const AsteriskModel&)>& holds,
          milliseconds patience) {
  const auto end = steady_clock::now() + patience;
  while (!stop_requested && steady_clock::now() < end) {
    if (asterisk.WaitUntil(holds, milliseconds(100))) return true;
  }
  return false;
}

std::vector<std::string> PlaceCalls(FakeAsterisk& asterisk) {
  CallerArgs caller;
  caller.app = absl::GetFlag(FLAGS_app);
  caller.number = absl::GetFlag(FLAGS_number);
  const std::vector<std::string> turns = absl::StrSplit(absl::GetFlag(FLAGS_arguments), ';');
  std::vector<std::string> ids;
  const auto nothing = [](const AsteriskModel&) { return false; };
  for (int i = 0; i < absl::GetFlag(FLAGS_calls) && !stop_requested; ++i) {
    if (i > 0) Wait(asterisk, nothing, absl::GetFlag(FLAGS_call_interval_seconds).ms());
    caller.args = absl::StrSplit(turns[static_cast<size_t>(i) % turns.size()], ',');
    ids.push_back(asterisk.PlaceCall(caller));
  }
  return ids;
}

void AwaitEnd(FakeAsterisk& asterisk, const std::vector<std::string>& ids) {
  const auto over = [&ids](const AsteriskModel& model) {
    for (const std::string& id : ids) {
      if (!model.EndOf(id)) return false;
    }
    return true;
  };
  const Seconds limit = absl::GetFlag(FLAGS_caller_hangup_seconds);
  if (!Wait(asterisk, over, limit.infinite() ? std::chrono::hours(24) : limit.ms())) {
    for (const std::string& id : ids) asterisk.HangUpCaller(id);
  }
  // What control still has to undo after the last caller has gone.
  asterisk.WaitUntil([](const AsteriskModel& model) { return model.Leftovers().empty(); });
}

json Summary(const FakeAsterisk& asterisk, const std::string& id) {
  const Heard heard = asterisk.CallerHeard(id);
  const std::optional<Ended> ended = asterisk.EndOf(id);
  return {{"call", id},
          {"cause", ended ? ended->cause : -1},
          {"hung_up_by", ended && ended->by_itself ? "caller" : "app"},
          {"sent_packets", heard.sent_packets},
          {"received_packets", heard.received_packets},
          {"same_ssrc", heard.same_ssrc},
          {"wrong_payload_type", heard.wrong_payload_type},
          {"unknown_sequence", heard.unknown_sequence},
          {"wrong_payload", heard.wrong_payload},
          {"not_rtp", heard.not_rtp},
          {"strangers", heard.strangers},
          {"first_heard_after_ms", heard.first_after.count()},
          {"longest_gap_ms", heard.longest_gap.count()}};
}

int Run() {
  CheckFlags();
  log::Init(absl::GetFlag(FLAGS_log_format), log::Level::kInfo);
  Journal journal;
  FakeAsterisk asterisk(OptionsFromFlags(journal));
  asterisk.SetDestination("", DestinationFromFlags());
  asterisk.SetAnswerDelay(absl::GetFlag(FLAGS_answer_delay_seconds).ms());
  log::Info("serving", {{"http", asterisk.http().ToString()}, {"app", absl::GetFlag(FLAGS_app)}});
  if (absl::GetFlag(FLAGS_calls) == 0) {
    Wait(
        asterisk, [](const AsteriskModel&) { return false; }, std::chrono::hours(24 * 365));
  } else if (!Wait(
                 asterisk, [&](const AsteriskModel& model) { return model.Serves(absl::GetFlag(FLAGS_app)); },
                 absl::GetFlag(FLAGS_wait_seconds).ms())) {
    log::Error("nobody serves the app", {{"app", absl::GetFlag(FLAGS_app)}});
    return 1;
  }
  const std::vector<std::string> ids = PlaceCalls(asterisk);
  AwaitEnd(asterisk, ids);
  for (const std::string& id : ids) journal.Write(Summary(asterisk, id));
  if (!ids.empty() && !absl::GetFlag(FLAGS_record_wav).empty()) {
    WriteWav(absl::GetFlag(FLAGS_record_wav), asterisk.CallerHeard(ids.front()).recording);
  }
  const std::string left = asterisk.Leftovers();
  const std::vector<std::string> lines = absl::StrSplit(left, '\n', absl::SkipEmpty());
  journal.Write({{"ledger", lines}, {"left", lines.size()}, {"rtp_sockets", asterisk.open_rtp_sockets()}});
  return left.empty() ? 0 : 1;
}

}  // namespace
}  // namespace benari::fakes

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::signal(SIGTERM, [](int) { benari::fakes::stop_requested = true; });
  std::signal(SIGINT, [](int) { benari::fakes::stop_requested = true; });
  try {
    return benari::fakes::Run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "benari-fake-asterisk: %s\n", error.what());
    return 1;
  }
}
