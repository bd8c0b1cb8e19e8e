// Reads a document of TwiML from stdin and prints what control understands: {"verbs": [...], "warnings":
// [...]}, or {"error": "..."}.
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "control/twiml/parser.h"

namespace benari::control::twiml {
namespace {

using Json = nlohmann::json;

void Add(const char* name, const Callback& callback, Json* json) {
  if (callback.url.empty()) return;
  (*json)[name] = {{"url", callback.url}, {"method", callback.method == Method::kPost ? "POST" : "GET"}};
}

struct ToJson {
  Json operator()(const ConnectStream& stream) const {
    Json json = {{"url", stream.url}, {"name", stream.name}, {"parameters", stream.parameters}};
    Add("status", stream.status, &json);
    Add("action", stream.action, &json);
    return json;
  }
  Json operator()(const Dial& dial) const {
    Json json = {{"callerId", dial.caller_id}, {"timeout", dial.timeout.count()}};
    for (const Target& target : dial.targets) {
      json["targets"].push_back((target.kind == TargetKind::kNumber ? "number " : "sip ") + target.address);
      Add("status", target.status, &json);
      if (!target.status.url.empty()) json["events"] = target.events.size();
    }
    Add("action", dial.action, &json);
    return json;
  }
  Json operator()(const Hangup&) const { return Json::object(); }
  Json operator()(const Reject& reject) const {
    return {{"reason", reject.reason == RejectReason::kBusy ? "busy" : "rejected"}};
  }
  Json operator()(const Pause& pause) const { return {{"length", pause.length.count()}}; }
  Json operator()(const Redirect& redirect) const {
    Json json = Json::object();
    Add("target", redirect.target, &json);
    return json;
  }
  Json operator()(const Play& play) const { return {{"sound", play.sound}, {"loop", play.loop}}; }
  Json operator()(const Say& say) const {
    return {{"text", say.text}, {"voice", say.voice}, {"language", say.language}, {"loop", say.loop}};
  }
};

Json Describe(const std::string& text) {
  const auto document = Parse(text);
  if (!document.ok()) return {{"error", std::string(document.status().message())}};
  Json verbs = Json::array();
  for (const Verb& verb : document->verbs) {
    Json json = std::visit(ToJson(), verb);
    json["verb"] = NameOf(verb);
    verbs.push_back(json);
  }
  return {{"verbs", verbs}, {"warnings", document->warnings}};
}

}  // namespace
}  // namespace benari::control::twiml

int main() {
  const std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  std::cout << benari::control::twiml::Describe(text).dump() << '\n';
  return 0;
}
