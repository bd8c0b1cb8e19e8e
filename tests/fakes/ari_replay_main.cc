// benari-ari-replay: one sequence of ARI requests, and the status and the events of each, per channel. Run it
// without flags against the fake, and with --http against a real Asterisk; the difference of the two outputs
// is where the fake is wrong. The real one's dial plan needs the numbers of README.md.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/flag_types.h"
#include "tests/fakes/fake_asterisk.h"
#include "tests/fakes/test_client.h"

ABSL_FLAG(std::string, http, "", "HOST:PORT of a real Asterisk; empty: the fake, in this process");
ABSL_FLAG(std::string, credentials, "benari:secret", "ARI user:password");
ABSL_FLAG(std::string, place_call, "", "shell command by which a phone calls 3308487 on the real Asterisk");
ABSL_FLAG(std::string, app, "voicebot1", "Stasis app");

namespace benari::fakes {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// Long enough for the events of a step, where there is no event to wait for.
constexpr milliseconds kQuiet(300);

class Replay {
 public:
  Replay(const Endpoint& server, std::function<void()> place_call)
      : server_(server),
        place_call_(std::move(place_call)),
        http_(server, absl::GetFlag(FLAGS_credentials)),
        events_(Subscribe()) {}

  void Run() {
    EchoPhase();
    Bridges();
    for (const char* number : {"1002", "1005", "1006", "9999"}) Dial(number, kQuiet);
    Dial("1003", milliseconds(2500));
    Dial("1004", milliseconds(2500));
    Refusals();
    Transfer();
    Handover();
    End();
  }

 private:
  std::unique_ptr<TestEvents> Subscribe() {
    return std::make_unique<TestEvents>(server_, absl::GetFlag(FLAGS_app), absl::GetFlag(FLAGS_credentials));
  }

  std::string App() const { return "app=" + absl::GetFlag(FLAGS_app); }

  int Do(const std::string& method, const std::string& target, milliseconds wait = kQuiet) {
    const int status = http_.Request(method, "/ari" + target).status;
    std::cout << method << " " << Shown(target) << ": " << status << "\n";
    Show(wait);
    return status;
  }

  std::string Shown(const std::string& text) const {
    return caller_.empty() ? text : absl::StrReplaceAll(text, {{caller_, "CALLER"}});
  }

  void Show(milliseconds wait) {
    std::this_thread::sleep_for(wait);
    std::map<std::string, std::string> lines;  // by channel or bridge, whose events have an order
    for (const json& event : events_->Take()) {
      const std::string type = event["type"];
      if (type == "ChannelVarset" || type == "ChannelDialplan" || type == "ChannelConnectedLine" ||
          type == "ChannelCallerId") {
        continue;
      }
      std::string key = "-";
      if (event.contains("bridge")) key = event["bridge"]["id"];
      if (event.contains("channel")) key = event["channel"]["id"];
      if (event.contains("peer")) key = event["peer"]["id"];
      std::string& line = lines[Shown(key)];
      absl::StrAppend(&line, " ", type);
      for (const char* field : {"args", "cause", "soft", "dialstatus"}) {
        if (event.contains(field)) absl::StrAppend(&line, ",", field, "=", event[field].dump());
      }
    }
    for (const auto& [key, line] : lines) std::cout << "    " << key << ":" << line << "\n";
  }

  std::string External(const std::string& id) const {
    return "/channels/externalMedia?channelId=" + id + "&" + App() + "&format=alaw&external_host=127.0.0.1:9";
  }

  std::string Originate(const std::string& number) const {
    return absl::StrCat("/channels/d", number, "?endpoint=Local%2F", number, "%40default%2Fn&", App(),
                        "&appArgs=dialed&formats=alaw&timeout=2");
  }

  void EchoPhase() {
    place_call_();
    const json start = events_->Await("StasisStart");
    if (start.is_null()) throw std::runtime_error("no caller entered the app within 10 s");
    caller_ = start["channel"]["id"];
    std::cout << "the phone calls\n";
    Show(kQuiet);
    Do("POST", External("m"));
    Do("POST", External("m"));
    Do("POST", "/bridges/b?type=mixing");
    Do("POST", "/bridges/b?type=mixing");
    Do("POST", "/bridges/b/addChannel?channel=" + caller_ + ",m");
  }

  void Bridges() {
    Do("POST", "/bridges/c?type=mixing");
    Do("POST", "/bridges/c/addChannel?channel=" + caller_);
    Do("POST", "/bridges/b/addChannel?channel=" + caller_);
    Do("POST", "/bridges/b/addChannel?channel=" + caller_);
    Do("POST", "/bridges/b/addChannel?channel=none");
    Do("POST", "/bridges/none/addChannel?channel=" + caller_);
    Do("POST", "/bridges/b/addChannel?channel=m,none");
    Do("POST", "/bridges/b/addChannel");
    Do("DELETE", "/bridges/c");
    Do("DELETE", "/bridges/c");
    Do("DELETE", "/channels/m");
    Do("DELETE", "/channels/m");
  }

  void Dial(const std::string& number, milliseconds wait) {
    Do("POST", Originate(number), wait);
    Do("GET", "/channels/d" + number);
  }

  void Refusals() {
    Do("POST", "/channels/x?endpoint=rubbish&" + App());
    Do("POST", "/channels/x?" + App());
    Do("POST", "/channels/x?endpoint=Local%2F1001%40default");
    Do("DELETE", "/channels/" + caller_ + "?reason=rubbish");
    Do("GET", "/channels/none");
    Do("GET", "/bridges/none");
    Do("GET", "/applications/none");
    Do("GET", "/none");
    Do("PUT", "/channels");
    Do("POST", "/channels/none/continue");
    Do("POST", Originate("1003"));
    Do("POST", "/bridges/b/addChannel?channel=d1003");
    Do("POST", "/bridges/b/addChannel?channel=d1003;2");
    Do("DELETE", "/channels/d1003;2");
  }

  void Transfer() {
    Do("POST", Originate("1001"), milliseconds(1500));
    Do("POST", Originate("1001"));
    Do("POST", "/bridges/b/addChannel?channel=d1001");
    Do("DELETE", "/channels/d1001");
  }

  void Handover() {
    const std::unique_ptr<TestEvents> first = std::move(events_);
    events_ = Subscribe();
    std::cout << "the first subscriber hears: " << first->Await("ApplicationReplaced")["type"] << "\n";
    Do("POST", External("m"));
  }

  void End() {
    events_.reset();
    DoAlone("nobody is connected", "GET", "/applications/" + absl::GetFlag(FLAGS_app));
    events_ = Subscribe();
    Do("DELETE", "/bridges/b");
    Do("DELETE", "/channels/m?reason=busy");
    Do("POST", "/channels/" + caller_ + "/continue?context=default&extension=4438007");
    Do("POST", "/channels/" + caller_ + "/continue");
  }

  void DoAlone(const std::string& when, const std::string& method, const std::string& target) {
    std::this_thread::sleep_for(kQuiet);
    const TestReply reply = http_.Request(method, "/ari" + target);
    std::cout << when << ": " << method << " " << target << ": " << reply.status << " "
              << Shown(reply.body["channel_ids"].dump()) << Shown(reply.body["bridge_ids"].dump()) << "\n";
  }

  const Endpoint server_;
  const std::function<void()> place_call_;
  TestHttp http_;
  std::unique_ptr<TestEvents> events_;
  std::string caller_;
};

void AgainstTheFake() {
  FakeAsterisk asterisk({});
  using std::chrono::seconds;
  asterisk.SetDestination("1001", Destination::Answers());
  asterisk.SetDestination("1002", Destination::Busy());
  asterisk.SetDestination("1003", Destination::Rings());
  asterisk.SetDestination("1004", Destination::HangsUp(seconds(1)));
  asterisk.SetDestination("1005", Destination::Unallocated());
  asterisk.SetDestination("1006", Destination::Congestion());
  asterisk.SetDestination("9999", Destination::Unknown());
  Replay(asterisk.http(), [&] { asterisk.PlaceCall(); }).Run();
}

void AgainstTheRealOne(const Endpoint& server) {
  const std::string command = absl::GetFlag(FLAGS_place_call) + " >/dev/null 2>&1 &";
  Replay(server, [&] {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("--place_call does not run");
  }).Run();
}

int Run() {
  const std::string http = absl::GetFlag(FLAGS_http);
  const absl::StatusOr<Endpoint> server = ParseEndpoint(http);
  FlagErrors errors;
  errors.Require(http.empty() || server.ok(), "http", http, "HOST:PORT, or nothing for the fake");
  errors.Require(http.empty() || !absl::GetFlag(FLAGS_place_call).empty(), "place_call", "",
                 "a shell command, when --http is given");
  errors.ExitIfAny();
  http.empty() ? AgainstTheFake() : AgainstTheRealOne(*server);
  return 0;
}

}  // namespace
}  // namespace benari::fakes

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  try {
    return benari::fakes::Run();
  } catch (const std::exception& error) {
    std::cerr << "benari-ari-replay: " << error.what() << "\n";
    return 1;
  }
}
