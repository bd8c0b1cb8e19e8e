// What control reads from Asterisk and asks of it, without the sockets.
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "control/ari/body_parser.h"
#include "control/ari/event_parser.h"
#include "control/ari/request.h"

namespace benari::control::ari {
namespace {

// As Asterisk 22 writes it.
constexpr char kChannel[] =
    R"({"id":"1795432149.0","name":"PJSIP/phone-00000001","state":"Up","protocol_id":"1-4711@127.0.0.1",)"
    R"("caller":{"name":"phone","number":"1001"},"connected":{"name":"","number":""},"accountcode":"",)"
    R"("dialplan":{"context":"inbound","exten":"3308487","priority":2,"app_name":"Stasis",)"
    R"("app_data":"voicebot1,inbound"},"creationtime":"2026-01-31T12:00:00.000+0000","language":"en"})";
constexpr char kTail[] =
    R"("timestamp":"2026-01-31T12:00:02.000+0000","asterisk_id":"08:00:27:00:00:01","application":"voicebot1"})";

void Parse(benchmark::State& state, const std::string& text) {
  bool ok = true;
  for (auto _ : state) {
    const absl::StatusOr<Event> event = ParseEvent(text);
    ok = ok && event.ok();
    benchmark::DoNotOptimize(event);
  }
  if (!ok) state.SkipWithError("the event is not taken");
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

void ParseStasisStart(benchmark::State& state) {
  Parse(state, absl::StrCat(R"({"type":"StasisStart","args":["inbound"],"channel":)", kChannel, ",", kTail));
}
BENCHMARK(ParseStasisStart);

// One of those that control does not act on.
void ParseChannelVarset(benchmark::State& state) {
  Parse(state, absl::StrCat(R"({"type":"ChannelVarset","variable":"STASISSTATUS","value":"","channel":)",
                            kChannel, ",", kTail));
}
BENCHMARK(ParseChannelVarset);

void ParseChannelAnswer(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ParseChannel(kChannel));
}
BENCHMARK(ParseChannelAnswer);

void BuildExternalMedia(benchmark::State& state) {
  const ExternalMediaRequest request("benari.1795432149.0.media1", "alaw", Endpoint("127.0.0.1", 26500));
  for (auto _ : state) benchmark::DoNotOptimize(CreateExternalMediaRequest("voicebot1", request));
}
BENCHMARK(BuildExternalMedia);

void BuildOriginate(benchmark::State& state) {
  OriginateRequest request("benari.1795432149.0.destination", "Local/4438007@default/n");
  request.app_args = "dialed";
  request.formats = "alaw";
  for (auto _ : state) benchmark::DoNotOptimize(MakeOriginateRequest("voicebot1", request));
}
BENCHMARK(BuildOriginate);

}  // namespace
}  // namespace benari::control::ari
